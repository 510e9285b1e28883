/* global addEventListener, document, history, location, URL */
import { ask, readUser, signInInFrame } from './gateway.js';
import { howSilent, inWords, whyEnded } from './words.js';

const LOOK_EVERY_MS = 60_000;
const LOG_LENGTH = 30;
const NAMES = { notes: 'Notes', billing: 'Billing' };
const app = location.hostname === 'localhost' ? 'notes' : 'billing';
const at = (id) => document.getElementById(id);
let [state, lookedAt] = ['', 0];

/** Makes an element; strings become text, never markup. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const clock = (date) => element('time', { dateTime: date.toISOString() }, date.toLocaleTimeString());

function tell(text) {
  at('log').prepend(element('li', {}, clock(new Date()), element('span', {}, text)));
  while (at('log').children.length > LOG_LENGTH) at('log').lastElementChild.remove();
}

function note(text) {
  at('notice').textContent = text;
  if (text !== '') tell(text);
}

/** Looks who is signed in; the services are asked too when that changed, or when `all` is wanted. */
async function look(all) {
  lookedAt = Date.now();
  const answer = await readUser();
  const changed = answer.kind !== 'unknown' && answer.kind !== state;
  if (answer.kind === 'unknown')
    note(`${answer.title} What this page shows may be out of date; nobody was signed out.`);
  else show(answer);
  if (all || changed) await Promise.all([readNotes(), readInvoices()]);
}

function show(answer) {
  const claims = answer.kind === 'ok' ? answer.body : new Map();
  const [who, why] = {
    ok: () => [String(claims.get('name') ?? claims.get('sub')), 'is signed in'],
    signed_out: () => ['Nobody is signed in', 'Sign in, or let the identity provider recognise you silently.'],
    ended: () => ['Your session has ended', `${whyEnded(answer.reason)} (${answer.reason})`],
  }[answer.kind]();
  if (answer.kind !== state)
    tell(answer.kind === 'ok' ? `${who} ${why}.` : answer.kind === 'ended' ? `${who}: ${why}` : `${who}.`);
  state = document.documentElement.dataset.state = answer.kind;
  at('who').textContent = who;
  at('why').textContent = why;
  at('facts').replaceChildren(...factsOf(claims));
  at('sign-in').hidden = answer.kind === 'ok';
  at('sign-out').hidden = answer.kind !== 'ok';
  const signOut = new URL(String(claims.get('bff:logout_url') ?? '/'), location.origin);
  at('sign-out').href = signOut.origin === location.origin ? signOut.href : '/';
}

function factsOf(claims) {
  if (claims.size === 0) return [];
  const facts = [
    ['Subject (sub)', String(claims.get('sub'))],
    ['Session', element('code', {}, String(claims.get('sid')))],
    ['Session expires in', inWords(Number(claims.get('bff:session_expires_in')))],
    ['Identity provider last asked at', clock(new Date(String(claims.get('bff:idp_checked_at'))))],
  ];
  return facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)));
}

/** Shows a service's answer in its panel, or in plain words why there is none. */
async function readInto(panel, path, rowsOf) {
  const answer = await ask(path);
  const [text, refused] = {
    ok: () => ['There are none yet.', false],
    signed_out: () => ['Refused: nobody is signed in.', true],
    ended: () => [`Refused: the session has ended. ${whyEnded(answer.reason)} (${answer.reason})`, true],
    unknown: () => [answer.title, true],
  }[answer.kind]();
  const rows = answer.kind === 'ok' ? rowsOf(answer.body) : [];
  const shown =
    rows.length > 0 ? element('ul', {}, ...rows) : element('p', { className: refused ? 'refused' : '' }, text);
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
      const what = element('span', {}, `${description} `, element('span', { className: 'number' }, number));
      return element(
        'li',
        {},
        what,
        element('strong', {}, amount),
        element('time', { dateTime: dueOn }, `due on ${dueOn}`),
      );
    }),
  );

/** Runs `task` on a press and ignores further presses until it is done; the button keeps the focus. */
function onPress(button, event, task) {
  button.addEventListener(event, async (pressed) => {
    pressed.preventDefault();
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    await task().finally(() => (button.ariaDisabled = 'false'));
  });
}

async function addNote() {
  const answer = await ask('/bff/api/notes/notes', {
    method: 'POST',
    body: JSON.stringify({ text: at('text').value }),
  });
  if (answer.kind === 'ok') at('new-note').reset();
  tell(answer.kind === 'ok' ? 'Notes has kept a note.' : 'Notes has not kept the note.');
  await (answer.kind === 'ok' ? readNotes() : look(true));
}

async function tryFrame() {
  tell('A hidden frame asks the identity provider.');
  const outcome = await signInInFrame();
  note(howSilent(outcome, 'frame'));
  if (outcome === 'signed_in' || outcome === 'account_changed') await look(true);
}

function showFrontEnd() {
  document.documentElement.dataset.app = app;
  document.title = `${NAMES[app]} · session-sync demo`;
  at('app-name').textContent = NAMES[app];
  if (app === 'billing') at('notes').before(at('invoices')); // each front end shows its own service first
  const other = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }[location.hostname];
  if (other === undefined) return;
  at('other').href = `${location.protocol}//${other}:${location.port}/`;
  at('other').textContent = `Open ${NAMES[app === 'notes' ? 'billing' : 'notes']}`;
  at('other').hidden = false;
}

/** The gateway puts the outcome of a silent sign-in in the address; it is told once and does not stay there. */
function takeOutcome() {
  const here = new URL(location.href);
  const outcome = here.searchParams.get('silent');
  if (outcome === null) return;
  here.searchParams.delete('silent');
  history.replaceState(null, '', here);
  note(howSilent(outcome, 'top'));
}

showFrontEnd();
takeOutcome();
onPress(at('try-frame'), 'click', tryFrame);
onPress(at('look-again'), 'click', () => (note(''), look(true)));
onPress(at('new-note'), 'submit', addNote);
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && Date.now() - lookedAt >= LOOK_EVERY_MS) void look(false);
});
await look(true);
