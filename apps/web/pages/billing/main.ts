import type { Session } from '#browser';
import { again } from '../parts/again.js';
import { ask, listIn } from '../parts/ask.js';
import { at, element, say } from '../parts/element.js';
import { readStream } from '../parts/event-stream.js';
import { runFrontEnd } from '../parts/front-end.js';
import { timeOfDay } from '../parts/words.js';
import { day, type Invoice, money, toInvoice, totalOf } from './invoice.js';

function show(invoices: readonly Invoice[] | undefined): void {
  const rows = (invoices ?? []).map(({ number, description, currency, amountCents, dueOn }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, number),
      element('td', {}, description),
      element('td', {}, element('time', { datetime: dueOn }, day(dueOn))),
      element('td', { class: 'amount' }, money(amountCents, currency)),
    ),
  );
  at('list').replaceChildren(...rows);
  const next = invoices?.map(({ dueOn }) => dueOn).sort()[0];
  say(at('open-count'), invoices === undefined ? '–' : String(invoices.length));
  say(at('total-due'), totalOf(invoices ?? []));
  say(at('next-due'), next === undefined ? '–' : day(next));
}

/** Gives whether they were read. */
async function readInvoices(session: Session, signal: AbortSignal): Promise<boolean> {
  const answer = await ask('/bff/api/billing/invoices');
  if (signal.aborted) return false;
  if (answer.kind === 'refused') await session.checkSession();
  if (answer.kind === 'unknown') say(at('answer'), `The invoices could not be read. ${answer.title}`);
  if (answer.kind !== 'ok') return false;
  const invoices = listIn(answer.body, 'invoices').flatMap((invoice) => toInvoice(invoice) ?? []);
  show(invoices);
  say(at('answer'), invoices.length === 0 ? 'There are none.' : '');
  return true;
}

function live(text: string, isOn: boolean): void {
  at('live').dataset.state = isOn ? 'on' : 'off';
  say(at('live'), text);
}

/** Follows the service's own stream: it says what is due, and that the session has ended. Gives whether it said anything. */
async function followDue(session: Session, signal: AbortSignal, hear: () => void): Promise<boolean> {
  let said = false;
  const end = await readStream('/bff/api/billing/invoices/live', signal, ({ name }) => {
    if (signal.aborted) return;
    if (name === 'due') live(`live since ${timeOfDay(new Date()).slice(0, 5)}`, true);
    if (name === 'due') hear();
    if (name === 'session-ended') void session.checkSession();
    said = true;
  });
  if (signal.aborted) return true;
  live('connecting…', false);
  if (end === 'refused') await session.checkSession();
  return said;
}

runFrontEnd({
  other: 'notes',
  open: (session, _user, signal) => {
    show(undefined);
    say(at('answer'), 'Reading your invoices…');
    live('connecting…', false);
    let missed = readInvoices(session, signal).then((isRead) => !isRead);
    const hear = (): void => {
      missed = missed.then(async (isDue) => isDue && !(await readInvoices(session, signal)));
    };
    void again(signal, async () => {
      const said = await followDue(session, signal, hear);
      missed = missed.then(() => true); // there may be some that the stream did not tell of
      return said;
    });
  },
  clear: (mood) => {
    show(undefined);
    live('–', false);
    say(
      at('answer'),
      {
        looking: 'One moment…',
        out: 'Invoices are shown to whom they belong.',
        ended: 'Nothing is shown: the session has ended.',
      }[mood],
    );
  },
});
