import type { Page } from 'playwright-core';
import type { TimelineEntry } from '../../apps/web/src/timeline/timeline-entry.js';
import { type PageSite, type Scripted, streaming } from './page-site.js';

/** A state that a page can be in, and by what one knows that it is shown. */
export interface PageState {
  readonly name: string;
  readonly script: (site: PageSite) => void;
  readonly isShown: (page: Page) => Promise<unknown>;
}

const NOW = Date.parse('2026-11-22T14:03:22.000Z');
const SID = '0193a1c0-0000-7000-8000-00000000000a';
const problem = (status: number, name: string, more: object = {}): Scripted => ({
  status,
  body: { type: `urn:sso:problem:${name}`, title: 'The service does not answer', status, ...more },
});
const claims = (named: Readonly<Record<string, unknown>>): Scripted => ({
  status: 200,
  body: Object.entries(named).map(([type, value]) => ({ type, value })),
});
const ANA = claims({
  ...{ sub: 'person-ana', name: 'Ana Ivanova', sid: SID, 'bff:session_expires_in': 28_790 },
  ...{ 'bff:idp_checked_at': '2026-11-22T14:03:12.000Z', 'bff:logout_url': '/bff/logout' },
});
const TEXTS = [
  'Bring the good scissors to the workshop on Tuesday.',
  'Plums, rye flour, a small jar of honey\nand something for the neighbour’s cat',
  'Ask Ben whether the invoice of November has come through, and thank him for the long evening with all those maps.',
  'averyveryverylongwordwithoutanyspaceinitthatmustnotbreakthepageatanywidth',
  'Train 07:42, seat 61',
];
const NOTES = TEXTS.map((text, index) => ({
  ...{ id: `n${index}`, text },
  createdAt: new Date(NOW - index * 8_100_000).toISOString(),
}));
const INVOICES = ['Monthly plan', 'Additional seats (3)', 'Storage, 200 GB', 'Credit for the outage of 4 October'].map(
  (description, index) => ({
    ...{ number: `2026-00${index + 1}`, description, currency: 'EUR', amountCents: [1_900, 2_700, 450, -320][index] },
    dueOn: `2026-12-0${index + 1}`,
  }),
);

/** What the silent sign-in's frame says, as the gateway's page says it. */
const frame =
  (error: string): Scripted =>
  (request, response) => {
    const rid = new URL(request.url ?? '/', 'http://site').searchParams.get('rid');
    const message = { source: 'bff-silent-login', v: 1, isLoggedIn: false, error, rid, correlationId: 'c' };
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><script>parent.postMessage(${JSON.stringify(message)}, location.origin)</script>`);
  };

function scriptFrontEnd({ answers }: PageSite, user: Scripted, silently: Scripted): void {
  const services = [
    ['/bff/api/notes/notes', { status: 200, body: { notes: NOTES } }],
    ['/bff/api/billing/invoices', { status: 200, body: { invoices: INVOICES } }],
    ['/bff/api/billing/invoices/live', streaming('event: due\ndata: {"amountCents":1900}\n\n')],
    ['/bff/events', streaming('event: ready\ndata: {}\n\n')],
  ] as const;
  for (const [path, answer] of services) answers.set(path, answer);
  answers.set('/bff/user', user).set('/bff/silent-login', silently);
  answers.set('/bff/login', (_request, response) => {
    response.writeHead(302, { location: '/?silent=login_required&cid=c' }).end();
  });
  const frontEnds = ['notes', 'billing'].map((name) => ({ name, origin: `http://${name}.demo.localhost:8080` }));
  answers.set('/site.json', { status: 200, body: { frontEnds, timeline: 'http://127.0.0.1:8090' } });
}

const mood = (wanted: string) => (page: Page) => page.waitForSelector(`html[data-mood=${wanted}]`);
const inMain = (text: string) => (page: Page) => page.getByText(text).first().waitFor();

/** The states of both front ends. */
export const FRONT_END_STATES: readonly PageState[] = [
  {
    name: 'signed in',
    script: (site) => {
      scriptFrontEnd(site, ANA, frame('login_required'));
    },
    isShown: async (page) => {
      await mood('in')(page);
      await page.waitForSelector('#list > *');
      await page.waitForSelector('#live[data-state=on]');
    },
  },
  {
    name: 'signed out',
    script: (site) => {
      scriptFrontEnd(site, problem(401, 'not-signed-in'), frame('login_required'));
    },
    isShown: inMain('The identity provider does not know you in this browser'),
  },
  {
    name: 'ended',
    script: (site) => {
      scriptFrontEnd(site, problem(401, 'session-ended', { reason: 'operator' }), frame('consent_required'));
    },
    isShown: async (page) => {
      await mood('ended')(page);
      await inMain('wants your consent first')(page);
    },
  },
  {
    name: 'unknown',
    script: (site) => {
      scriptFrontEnd(site, problem(503, 'idp-unavailable'), frame('unavailable'));
    },
    isShown: inMain('nobody was signed out'),
  },
  {
    name: 'service away',
    script: (site) => {
      scriptFrontEnd(site, ANA, frame('login_required'));
      for (const path of ['/bff/api/notes/notes', '/bff/api/billing/invoices', '/bff/api/billing/invoices/live'])
        site.answers.set(path, problem(502, 'service-unavailable'));
    },
    isShown: inMain('could not be read'),
  },
];

type Bare = TimelineEntry extends infer E ? (E extends TimelineEntry ? Omit<E, 'id' | 'at'> : never) : never;
const BEN_SID = '0193a1c0-0000-7000-8000-00000000000b';
const ana = { sid: SID, sub: 'person-ana' } as const;
const ben = { sid: BEN_SID, sub: 'person-ben' } as const;
const probe = (whose: typeof ana | typeof ben) => ({ kind: 'probe', verdict: 'active', ...whose }) as const;
const receipt = (eventId: string, service: string, tookMs: number, sessions: number) =>
  ({ kind: 'receipt', sid: SID, eventId, service, sessions, tookMs }) as const;

/** What happens in a demo, with the milliseconds since the entry before. */
const STORY: readonly (readonly [afterMs: number, entry: Bare])[] = [
  [0, { kind: 'opened', ...ana, frontEnd: 'notes' }],
  [24, { kind: 'shown', frontEnd: 'notes', status: 'signed_in', sid: SID }],
  [2_214, { kind: 'silent', frontEnd: 'billing', outcome: 'signed_in', via: 'frame', tookMs: 182 }],
  [7, { kind: 'opened', ...ana, frontEnd: 'billing' }],
  [4, { kind: 'opened', ...ben, frontEnd: 'notes' }],
  ...Array.from({ length: 14 }, (_, index) => [700, probe(index % 2 === 0 ? ana : ben)] as const),
  [310, { kind: 'probe', verdict: 'unknown', reason: 'timeout', ...ben }],
  [400, { kind: 'panel', deed: 'service_stopped', what: 'billing' }],
  [900, { kind: 'panel', deed: 'session_ended', what: 'person-ana', push: false }],
  [1_220, { kind: 'probe', verdict: 'ended', ...ana }],
  [6, { kind: 'ended', ...ana, cause: 'poll_session_ended', eventId: 'e1' }],
  [3, { kind: 'published', sid: SID, eventId: 'e1', tookMs: 3 }],
  [9, receipt('e1', 'notes', 9, 1)],
  [5, { kind: 'shown', frontEnd: 'notes', status: 'signed_out', sid: SID, reason: 'poll_session_ended' }],
  [40, receipt('e1', 'billing', 54, 2)],
  [2_000, { kind: 'probe', verdict: 'active', ...ben }],
  [700, { kind: 'ended', ...ben, cause: 'operator', eventId: 'e2' }],
  [4, { kind: 'published', sid: BEN_SID, eventId: 'e2', tookMs: 4 }],
];

function storyText(): string {
  let at = NOW;
  return STORY.map(([afterMs, entry], index) => {
    at += afterMs;
    const told = { id: index + 1, at: new Date(at).toISOString(), ...entry };
    return `id: ${index + 1}\ndata: ${JSON.stringify(told)}\n\n`;
  }).join('');
}

const frontEnds = ['notes', 'billing'].map((name) => ({ name, origin: `http://${name}.demo.localhost:8080` }));
const session = (id: string, sub: string, clients: readonly string[]) => ({
  ...{ id, sub, openedAt: '2026-11-22T14:01:10.000Z', clients },
});
const services = ['notes', 'billing', 'session-poller', 'idp'].map((name) => ({ name, state: 'ready' }));

function scriptTimeline({ answers }: PageSite, panel: object, text: string): void {
  answers.set('/panel', { status: 200, body: { frontEnds, idp: 'here', idpSessions: [], services, ...panel } });
  answers.set('/timeline/events', streaming(`retry: 500\n\n${text}`));
}

const PEOPLE = {
  idpSessions: [session('s1', 'person-ana', ['Notes', 'Billing']), session('s2', 'person-ben', ['Notes'])],
  services: services.map((service) => (service.name === 'billing' ? { ...service, state: 'stopped' } : service)),
};
const COMMANDS = {
  idp: 'foreign',
  idpSessions: undefined,
  services: services.map((service) => ({
    ...service,
    commands: {
      stop: `docker compose stop ${service.name}-service-with-a-long-name`,
      start: `docker compose start ${service.name}`,
    },
  })),
};

/** The states of the timeline. */
export const TIMELINE_STATES: readonly PageState[] = [
  {
    name: 'empty',
    script: (site) => {
      scriptTimeline(site, {}, '');
    },
    isShown: async (page) => {
      await inMain('Nothing has happened yet')(page);
      await inMain('Nobody is signed in there')(page);
      await page.waitForSelector('[data-state=live]');
    },
  },
  {
    name: 'full',
    script: (site) => {
      scriptTimeline(site, PEOPLE, storyText());
    },
    isShown: async (page) => {
      await inMain('billing revoked 2 sessions')(page);
      await page.waitForSelector('.session');
    },
  },
  {
    name: 'commands',
    script: (site) => {
      scriptTimeline(site, COMMANDS, '');
    },
    isShown: inMain('docker compose stop'),
  },
  {
    name: 'hub and panel away',
    script: (site) => {
      scriptTimeline(site, {}, `event: hub\ndata: {"state":"away"}\n\n${storyText()}`);
      site.answers.set('/panel', problem(503, 'not-ready'));
    },
    isShown: async (page) => {
      await inMain('The hub does not answer')(page);
      await inMain('The panel has no answer')(page);
    },
  },
  {
    name: 'stream lost',
    script: (site) => {
      scriptTimeline(site, PEOPLE, storyText());
    },
    isShown: async (page) => {
      await inMain('billing revoked 2 sessions')(page);
    },
  },
];
