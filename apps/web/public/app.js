/* global addEventListener, document, history, location, sessionStorage, setInterval, URL */
import { ask, readUser, signInInFrame } from './gateway.js';
import { howSilent, inWords, whyEnded } from './words.js';

const LOOK_EVERY_MS = 5_000; // at the gateway only, and without keeping the session awake; the IdP is not asked
const isNotes = location.hostname === 'localhost';
const at = (id) => document.getElementById(id);
let [state, lookedAt] = ['', 0];

/** Makes an element; strings become text, never markup. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
const clock = (date) => element('time', { dateTime: date.toISOString() }, date.toLocaleTimeString());
const tell = (text) => at('log').prepend(element('li', {}, clock(new Date()), element('span', {}, text)));
function notice(text) {
  at('notice').textContent = text;
  if (text !== '') tell(text);
}

/** Looks who is signed in. Asking the services keeps the session awake: only if that has changed, or on request. */
async function look({ services }) {
  lookedAt = Date.now();
  const answer = await readUser();
  const changed = answer.kind !== 'unknown' && answer.kind !== state;
  if (answer.kind === 'unknown') notice(`${answer.title} What is shown may be out of date; nobody was signed out.`);
  else show(answer, changed);
  if (services || changed) await Promise.all([readNotes(), readInvoices()]);
}

function show({ kind, body: claims = new Map(), reason }, changed) {
  const [who, why] = {
    ok: () => [String(claims.get('name') ?? claims.get('sub')), 'You are signed in.'],
    signed_out: () => ['Nobody is signed in', 'Sign in, or let the identity provider recognise you silently.'],
    ended: () => ['Your session has ended', whyEnded(reason)],
  }[kind]();
  if (changed) tell(kind === 'signed_out' ? `${who}.` : `${who}: ${why}`);
  state = document.documentElement.dataset.state = kind;
  at('who').textContent = who;
  at('why').textContent = why;
  at('facts').replaceChildren(...factsOf(claims));
  for (const id of ['sign-out', 'new-note']) at(id).hidden = kind !== 'ok';
  at('sign-in').hidden = kind === 'ok';
  const signOut = new URL(String(claims.get('bff:logout_url') ?? '/'), location.origin);
  at('sign-out').href = signOut.origin === location.origin ? signOut.href : '/';
}

function factsOf(claims) {
  if (claims.size === 0) return [];
  return [
    ['Subject', element('code', {}, String(claims.get('sub')))],
    ['Session', element('code', {}, String(claims.get('sid')))],
    ['Session expires in', inWords(Number(claims.get('bff:session_expires_in')))],
    ['IdP last checked at', clock(new Date(String(claims.get('bff:idp_checked_at'))))],
  ].map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)));
}

/** Shows a service's answer in its panel, or in plain words why there is none. */
async function readInto(panel, path, rowsOf) {
  const answer = state === 'signed_out' ? { kind: state } : await ask(path);
  const rows = answer.kind === 'ok' ? rowsOf(answer.body) : [];
  const text = {
    ok: () => 'There are none yet.',
    signed_out: () => 'Sign in to see them.',
    ended: () => `Refused: the session has ended. ${whyEnded(answer.reason)}`,
    unknown: () => answer.title,
  }[answer.kind]();
  const className = answer.kind === 'ended' || answer.kind === 'unknown' ? 'refused' : '';
  const shown = rows.length > 0 ? element('ul', {}, ...rows) : element('p', { className }, text);
  at(panel).querySelector('.answer').replaceChildren(shown);
}

const readNotes = () =>
  readInto('notes', '/bff/api/notes/notes', ({ notes }) =>
    notes.map(({ text, createdAt }) => element('li', {}, element('span', {}, text), clock(new Date(createdAt)))),
  );

const readInvoices = () =>
  readInto('invoices', '/bff/api/billing/invoices', ({ invoices }) =>
    invoices.map(({ number, description, currency, amountCents, dueOn }) => {
      const amount = (amountCents / 100).toLocaleString(undefined, { style: 'currency', currency });
      const due = element('time', { dateTime: dueOn }, `${number}, due on ${dueOn}`);
      return element('li', {}, element('span', {}, description), element('strong', {}, amount), due);
    }),
  );

async function addNote() {
  const body = JSON.stringify({ text: at('text').value });
  const { kind } = await ask('/bff/api/notes/notes', { method: 'POST', body });
  tell(kind === 'ok' ? 'Your note was saved.' : 'Your note was not saved.');
  if (kind === 'ok') at('new-note').reset();
  await (kind === 'ok' ? readNotes() : look({ services: true }));
}

async function tryFrame() {
  notice('A hidden frame asks the identity provider.');
  const outcome = await signInInFrame();
  notice(howSilent(outcome === 'login_required' ? 'login_required in a frame' : outcome));
  await look({ services: false });
}

async function lookAgain() {
  notice('');
  await look({ services: true });
}

/** Runs `task` on an event and ignores further ones until it is done; unlike a disabled button, this one keeps the focus. */
function on(type, target, task) {
  target.addEventListener(type, async (event) => {
    event.preventDefault();
    if (target.ariaBusy === 'true') return;
    target.ariaBusy = 'true';
    await task().finally(() => (target.ariaBusy = 'false'));
  });
}

function showFrontEnd() {
  const [name, other] = isNotes ? ['Notes', 'Billing'] : ['Billing', 'Notes'];
  document.documentElement.dataset.app = name;
  document.title = `${name}, a session-sync demo`;
  at('app-name').textContent = name;
  at('other').textContent = `Open ${other}`;
  at('other').href = `${location.protocol}//${isNotes ? '127.0.0.1' : 'localhost'}:${location.port}/`;
  if (!isNotes) at('notes').before(at('invoices')); // each front end shows its own service first
}

/** The gateway puts the outcome of a silent sign-in in the address; it is told once and does not stay there. */
function takeOutcome() {
  const here = new URL(location.href);
  const outcome = here.searchParams.get('silent');
  if (outcome === null) return;
  for (const name of ['silent', 'cid']) here.searchParams.delete(name);
  history.replaceState(null, '', here);
  notice(howSilent(outcome));
}

showFrontEnd();
on('click', at('try-frame'), tryFrame);
on('click', at('look-again'), lookAgain);
on('submit', at('new-note'), addNote);
const lookIfStale = () => {
  if (document.visibilityState === 'visible' && Date.now() - lookedAt >= LOOK_EVERY_MS) void look({ services: false });
};
addEventListener('visibilitychange', lookIfStale);
setInterval(lookIfStale, 1_000);
takeOutcome();
await look({ services: true });
if (state === 'signed_out' && sessionStorage.getItem('asked') === null) {
  sessionStorage.setItem('asked', 'yes'); // once in a tab's life: whoever is signed in at the IdP is in, without a click
  location.assign('/bff/login?prompt=none&returnUrl=/');
}
