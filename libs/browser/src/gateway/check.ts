import type { Outcome, SilentReport } from '../outcome.js';
import { exclusively } from '../tabs.js';
import { type Answer, readAnswer } from './answer.js';
import { ask } from './ask.js';
import { end, learn } from './known.js';
import { silentFrame } from './silent-frame.js';
import { leaveOnce, takeTrip } from './silent-redirect.js';
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
  readonly tell: (message: object) => void;
  /** somebody has signed out here: nobody signs in silently behind them */
  readonly isLeaving: () => boolean;
  /** the latest outcome of another tab's silent sign-in; another object each time */
  readonly toldSilent: () => { readonly outcome: Outcome } | undefined;
}

interface Look {
  readonly answer: Answer;
  readonly askedAt: number;
}

export const linger = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LINGER_MS));

/** Makes what looks who is signed in, and signs in silently where that is wanted. */
export function createCheck(around: Surroundings): (why: Why) => Promise<Outcome> {
  const { base, timeoutMs, silent, redirect, signal, store, tell, isLeaving, toldSilent } = around;
  const { known, view, set } = store;
  let hasWarned = false;

  /** Asks until the answer is younger than the latest change. */
  const look = async (): Promise<Look | undefined> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const askedAt = store.asksAt();
      const { status, body } = await ask(`${base}/bff/user?slide=false`, timeoutMs);
      if (signal.aborted) return undefined;
      const answer = readAnswer(status, body);
      if (answer === undefined) {
        if (status) tell({}); // it was asked, in vain: others need not ask just now
        if (status === 404 && !hasWarned) {
          hasWarned = true;
          console.warn(
            `session-sync: ${base}/bff/user is 404: serve this page behind a gateway, or createDirectSession`,
          );
        }
        return undefined;
      }
      const { epoch, ended } = known();
      if (askedAt >= epoch && !(answer.kind === 'in' && ended.has(answer.user.sid))) return { answer, askedAt };
    }
    return undefined;
  };

  const settle = ({ answer, askedAt }: Look) => {
    const { epoch, user } = known();
    if (signal.aborted || answer.kind === 'unconfirmed' || askedAt < epoch) return;
    const reason = answer.kind === 'out' ? answer.reason : undefined;
    const ended = reason && user?.sid;
    set(learn(end(known(), ended, reason), answer, askedAt));
    tell({ epoch: askedAt, answer, ended, reason });
  };

  const report = (silently: SilentReport) => {
    set(known(), silently);
    return silently.outcome;
  };

  /** One tab asks at a time. Who has waited for another takes its word. */
  const signIn = () => {
    const { ended } = known();
    const heard = toldSilent();
    return new Promise<Outcome>((resolve) => {
      const attempt = async () => {
        const told = toldSilent();
        if (told && told !== heard) resolve(told.outcome);
        else if (known().ended !== ended)
          resolve('suppressed'); // somebody has signed out meanwhile
        else {
          const answer = await silentFrame(base, timeoutMs, signal);
          if (signal.aborted) resolve('timeout');
          else {
            tell({ silent: answer.outcome });
            resolve(report(answer));
            await linger();
          }
        }
      };
      exclusively(`silent ${base}`, attempt, signal, timeoutMs).catch(() => {
        resolve('timeout'); // closed, or another tab is stuck
      });
    });
  };

  return async (why) => {
    const tripMs = why === 'open' ? takeTrip(base) : undefined;
    const first = await look();
    if (first === undefined) return 'unavailable';
    const { answer } = first;
    const { status, silent: before } = view;
    // the address says nothing of a trip that went well
    if (tripMs !== undefined && answer.kind === 'in') report({ outcome: 'signed_in', via: 'redirect', tookMs: tripMs });
    // while a page opens `unknown` is the truth until the silent sign-in has ended
    if (status !== 'unknown' || answer.kind === 'in') settle(first);
    if (answer.kind === 'in') return 'signed_in';
    const { kind, retryAfterS } = answer;
    const leaves = isLeaving() || (status === 'signed_in' && kind === 'out' && BY_WISH.test(answer.reason ?? ''));
    let outcome: Outcome = 'login_required';
    if (leaves || (before && tripMs !== undefined)) outcome = 'suppressed';
    else if (why === 'asked' || kind === 'unconfirmed' || (silent && why !== 'news'))
      outcome =
        retryAfterS === undefined ? await signIn() : report({ outcome: 'suppressed', via: 'frame', retryAfterS });
    if (outcome === 'signed_in' || outcome === 'account_changed') {
      // a message says who is there as little as it is proof
      const second = await look();
      if (second === undefined) return 'unavailable';
      settle(second);
      if (second.answer.kind === 'in') return 'signed_in';
      return outcome === 'signed_in' ? 'failed' : outcome;
    }
    settle(first);
    if (why === 'open' && redirect && silent && !before && !signal.aborted) leaveOnce(base, outcome);
    return outcome;
  };
}
