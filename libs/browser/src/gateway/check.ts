import type { Outcome, SilentReport } from '../outcome.js';
import { exclusively } from '../tabs.js';
import { type Answer, readAnswer } from './answer.js';
import { ask } from './ask.js';
import { learn, type Settled } from './known.js';
import { silentFrame } from './silent-frame.js';
import { leaveOnce } from './silent-redirect.js';
import type { Store } from './store.js';

/** A lock is kept so long after its answer has been told: who gets it next has heard that. */
const LINGER_MS = 250;
const TRIES = 3;
/** Endings by the person's own wish: nobody signs in again by himself while the browser is on its way out. */
const BY_WISH = /^(?:rp_initiated|user_global_logout)$/;

/** Why is looked: the page opens; somebody has come back to it; a script asks; there may be news, which sign nobody in. */
export type Why = 'open' | 'return' | 'asked' | 'news';

/** What looking needs. */
export interface Surroundings {
  readonly base: string;
  readonly timeoutMs: number;
  readonly silent: boolean;
  readonly redirect: boolean;
  readonly signal: AbortSignal;
  readonly store: Store;
  readonly tell: (message: unknown) => void;
  /** the latest outcome of another tab's silent sign-in; another object each time */
  readonly toldSilent: () => { readonly outcome: Outcome } | undefined;
}

interface Look<A = Answer> {
  readonly answer: A;
  readonly askedAt: number;
}

export const linger = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LINGER_MS));

/** Looks who is signed in, and signs in silently where that is wanted. */
export async function check(around: Surroundings, why: Why): Promise<Outcome> {
  const { store } = around;
  const first = await look(around);
  if (first === undefined) return 'unavailable';
  const { answer } = first;
  if (answer.kind === 'in') {
    settle(around, first);
    return 'signed_in';
  }
  const { retryAfterS } = answer;
  const mayAsk = why === 'asked' || answer.kind === 'unconfirmed' || (around.silent && why !== 'news');
  const { status } = store.state;
  const leaves = status === 'signed_in' && answer.kind === 'out' && BY_WISH.test(answer.reason ?? '');
  // while a page opens `unknown` is the truth until the silent sign-in has ended
  if (status !== 'unknown') settle(around, first);
  const outcome = !mayAsk
    ? 'login_required'
    : leaves || (why === 'open' && store.state.silent?.via === 'redirect')
      ? 'suppressed'
      : retryAfterS === undefined
        ? await silently(around)
        : report(around, { outcome: 'suppressed', via: 'frame', retryAfterS });
  if (outcome === 'signed_in' || outcome === 'account_changed') return confirmed(around, outcome);
  settle(around, first);
  if (why === 'open' && around.redirect && !around.signal.aborted) leaveOnce(around.base, outcome);
  return outcome;
}

/** Looks again: a message says who is there as little as it is proof. */
async function confirmed(around: Surroundings, outcome: Outcome): Promise<Outcome> {
  const second = await look(around);
  if (second === undefined) return 'unavailable';
  settle(around, second);
  if (second.answer.kind === 'in') return 'signed_in';
  return outcome === 'signed_in' ? 'failed' : outcome;
}

/** Asks until the answer is younger than the latest change. */
async function look({ base, timeoutMs, signal, store, tell }: Surroundings): Promise<Look | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const askedAt = store.known.epoch;
    const { status, body } = await ask(`${base}/bff/user?slide=false`, timeoutMs);
    if (signal.aborted) return undefined;
    const answer = readAnswer(status, body);
    if (answer === undefined) {
      if (status) tell({}); // it was asked, in vain: others need not ask just now
      return undefined;
    }
    const hasEnded = answer.kind === 'in' && store.known.ended.has(answer.user.sid);
    if (askedAt >= store.known.epoch && !hasEnded) return { answer, askedAt };
  }
  return undefined;
}

function settle({ store, tell }: Surroundings, { answer, askedAt }: Look): void {
  if (answer.kind === 'unconfirmed' || askedAt < store.known.epoch) return;
  const was = store.known.user?.sid;
  store.set(learn(store.known, answer, askedAt));
  tell({
    epoch: askedAt,
    answer: answer satisfies Settled,
    ...(answer.kind === 'out' && answer.ended && { ended: was }),
  });
}

function report({ store }: Surroundings, silent: SilentReport): Outcome {
  store.set(store.known, silent);
  return silent.outcome;
}

/** One tab asks at a time. Who has waited for another takes its word. */
function silently(around: Surroundings): Promise<Outcome> {
  const { base, timeoutMs, signal, store, tell, toldSilent } = around;
  const { ended } = store.known;
  const heard = toldSilent();
  return new Promise((resolve) => {
    const attempt = async () => {
      const told = toldSilent();
      if (told && told !== heard) resolve(told.outcome);
      else if (store.known.ended !== ended)
        resolve('suppressed'); // somebody has signed out meanwhile
      else {
        const silent = await silentFrame(base, timeoutMs, signal);
        if (signal.aborted) resolve('timeout');
        else {
          tell({ silent: silent.outcome });
          resolve(report(around, silent));
          await linger();
        }
      }
    };
    exclusively(`session-sync silent ${base}`, attempt, signal).catch(() => {
      resolve('timeout'); // closed while it waited
    });
  });
}
