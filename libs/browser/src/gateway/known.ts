import type { SessionState } from '../session-state.js';
import type { Answer } from './answer.js';
import type { User } from './session.js';

/** Endings that are remembered: more than can be on their way at one time. */
const REMEMBERED = 16;

/** An answer that settles who is signed in. */
export type Settled = Exclude<Answer, { readonly kind: 'unconfirmed' }>;

/**
 * What a tab knows. The latest answer and the endings stand beside each other, and what is shown is made of both: so it does not
 * matter which of them was heard first.
 */
export interface Known {
  /** counts changes of who is signed in, this tab's own and those that it was told of; 0 before the first answer */
  readonly epoch: number;
  readonly user?: User | undefined;
  /** session of the latest user that there was */
  readonly sid?: string | undefined;
  /** why there is no user, where the answer said so */
  readonly reason?: string | undefined;
  /** sessions that have ended, and why: they never come back */
  readonly ended: ReadonlyMap<string | undefined, string | undefined>;
}

export const NOTHING: Known = { epoch: 0, ended: new Map() };

/** Takes an answer, unless it was asked for before the latest change: then nothing changes. */
export function learn(known: Known, answer: Settled, askedAt: number): Known {
  const { epoch, sid, ended } = known;
  if (askedAt < epoch) return known;
  const user = userIn(answer);
  return {
    epoch: epoch > 0 && agrees(known, answer) ? askedAt : askedAt + 1,
    user,
    sid: user?.sid ?? sid,
    reason: answer.kind === 'out' ? answer.reason : undefined,
    ended,
  };
}

/**
 * Takes an answer that another tab was given. `undefined`: the two tabs do not know the same, and the gateway must be asked who is
 * right.
 */
export function learnTold(known: Known, answer: Settled, askedAt: number): Known | undefined {
  if (askedAt >= known.epoch && !known.ended.has(userIn(answer)?.sid)) return learn(known, answer, askedAt);
  return agrees(known, answer) ? known : undefined;
}

const userIn = (answer: Settled) => (answer.kind === 'in' ? answer.user : undefined);
const agrees = ({ user }: Known, answer: Settled) => user?.sid === userIn(answer)?.sid;

/** Remembers that a session has ended. The first reason stays. */
export function end(known: Known, sid: string | undefined, reason: string | undefined): Known {
  if (sid === undefined || known.ended.has(sid)) return known;
  return { ...known, ended: new Map([...known.ended, [sid, reason] as const].slice(-REMEMBERED)) };
}

/** Gives what there is to show. */
export function shown({ epoch, user, sid, reason, ended }: Known): Omit<SessionState<User>, 'silent'> {
  if (user && !ended.has(user.sid)) return { status: 'signed_in', user, reason: undefined };
  return { status: epoch > 0 ? 'signed_out' : 'unknown', user: undefined, reason: reason ?? ended.get(sid) };
}
