import type { IdpSession, PanelState, ServiceState } from '../../src/panel/panel-state.js';
import { at, element, on, say } from '../parts/element.js';
import { pointAt } from '../parts/places.js';
import { timeOfDay } from '../parts/words.js';
import { icon } from './icons.js';
import { isService, personOf, stoppedInWords, titled } from './sentences.js';

const LOOK_EVERY_MS = 2_000;
const TIMEOUT_MS = 10_000;
const SAID_FOR_MS = 8_000;
const NONE: Readonly<Record<PanelState['idp'], string>> = {
  here: 'Nobody is signed in there.',
  away: 'The identity provider does not answer. Apps go on with the sessions that they have.',
  foreign: 'This identity provider is your own: end sessions on its own pages.',
};

/** Runs the panel. Gives what makes it look at once. */
export function runPanel(): () => void {
  let shown = '';
  const look = async (): Promise<void> => {
    const text = await readState();
    at('panel-away').hidden = text !== undefined;
    if (text === undefined || text === shown) return; // the same: nothing moves, and the focus stays
    shown = text;
    show(JSON.parse(text) as PanelState, look);
  };
  setInterval(() => {
    if (document.visibilityState === 'visible') void look();
  }, LOOK_EVERY_MS);
  void look();
  return () => void look();
}

async function readState(): Promise<string | undefined> {
  try {
    const response = await fetch('/panel', { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

function show(state: PanelState, look: () => Promise<void>): void {
  const focused = document.activeElement?.id;
  for (const { name, origin } of state.frontEnds) {
    const link = document.getElementById(`open-${name}`);
    if (link instanceof HTMLAnchorElement) pointAt(link, origin);
  }
  const { idp, idpSessions = [] } = state;
  say(at('nobody'), idpSessions.length > 0 ? '' : NONE[idp]);
  at('sessions').replaceChildren(...idpSessions.map((session) => drawSession(session, look)));
  const [services, others] = [true, false].map((wanted) =>
    state.services.filter(({ name }) => isService(name) === wanted),
  );
  at('services').replaceChildren(...(services ?? []).map((service) => drawService(service, look)));
  at('others').replaceChildren(...(others ?? []).map((other) => drawService(other, look)));
  if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
}

function drawSession(session: IdpSession, look: () => Promise<void>): HTMLLIElement {
  const who = personOf(session.sub);
  const apps = session.clients.length === 0 ? 'none yet' : session.clients.join(', ');
  const end = (push: boolean, label: string, effect: string, className: string): HTMLButtonElement => {
    const id = `end-${session.id}-${push ? 'push' : 'quiet'}`;
    const words = [element('span', { class: 'deed' }, label), element('span', { class: 'effect' }, effect)];
    const button = element('button', { type: 'button', id, class: className }, ...words);
    const path = `/panel/idp-sessions/${encodeURIComponent(session.id)}/end`;
    const done = `Ended at the IdP: ${who}. ${push ? 'The apps are being told.' : 'Nobody is told; the poller will find out.'}`;
    on('click', button, () => act({ path, body: { push }, done, said: at('said-sessions') }, look));
    return button;
  };
  const since = element('time', { datetime: session.openedAt }, timeOfDay(new Date(session.openedAt)));
  return element(
    'li',
    { class: 'session' },
    element('p', { class: 'who' }, element('strong', {}, who), element('span', { class: 'since' }, 'since ', since)),
    element('p', { class: 'apps' }, `Client there: ${apps}`),
    end(true, 'End and tell the apps', 'the IdP pushes the news', 'act'),
    end(false, 'End here, tell nobody', 'the poller finds out', 'act quiet'),
  );
}

const STATES = { ready: 'running', not_ready: 'not ready', stopped: 'stopped' } as const;

function drawService(service: ServiceState, look: () => Promise<void>): HTMLLIElement {
  const { name, state, commands } = service;
  const stopping = state !== 'stopped';
  const line = element('span', { class: 'name' }, element('strong', {}, titled(name)), drawState(state));
  if (commands !== undefined) {
    const command = stopping ? commands.stop : commands.start;
    return element('li', { class: 'service' }, line, element('code', { tabindex: '0' }, command));
  }
  const whom = element('span', { class: 'unseen' }, ` ${titled(name)}`);
  const button = element('button', { type: 'button', id: `switch-${name}` }, stopping ? 'Stop' : 'Start', whom);
  const path = `/panel/services/${encodeURIComponent(name)}/${stopping ? 'stop' : 'start'}`;
  const done = stopping ? stoppedInWords(name) : `${titled(name)} is started.`;
  const said = at(isService(name) ? 'said-services' : 'said-others');
  on('click', button, () => act({ path, body: {}, done, said }, look));
  return element('li', { class: 'service' }, line, button);
}

const drawState = (state: ServiceState['state']): HTMLElement =>
  element('span', { class: `state ${state}` }, icon(state), STATES[state]);

/** What a button asks for. */
interface Deed {
  readonly path: string;
  readonly body: object;
  /** what is said when it was done */
  readonly done: string;
  /** where: below the buttons, so that it covers nothing */
  readonly said: HTMLElement;
}

/** Does it, and says whether it was done. */
async function act({ path, body, done, said: place }: Deed, look: () => Promise<void>): Promise<void> {
  say(place, 'Asked…');
  const headers = { 'content-type': 'application/json', 'x-csrf': '1' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const said = await fetch(path, { method: 'POST', headers, signal, body: JSON.stringify(body) }).then(
    ({ ok, status }) => (ok ? done : `It was not done (${status}).`),
    () => 'There was no answer.',
  );
  say(place, said);
  setTimeout(() => {
    if (place.textContent === said) say(place, '');
  }, SAID_FOR_MS);
  await look();
}
