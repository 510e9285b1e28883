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
  /** counts changes of who is signed in, this tab's own and those that it was told of */
  readonly epoch: number;
  readonly user?: User | undefined;
  /** session of the latest user that there was */
  readonly sid?: string | undefined;
  /** why there is no user, where the answer said so */
  readonly reason?: string | undefined;
  /** sessions that have ended, and why: they never come back */
  readonly ended: ReadonlyMap<string, string | undefined>;
  readonly answered: boolean;
}

export const NOTHING: Known = { epoch: 0, ended: new Map(), answered: false };

/** Takes an answer, unless it was asked for before the latest change: then nothing changes. */
export function learn(known: Known, answer: Settled, askedAt: number): Known {
  if (askedAt < known.epoch) return known;
  const user = answer.kind === 'in' ? answer.user : undefined;
  const { sid, answered } = known;
  const isChange = !answered || !agrees(known, answer);
  const isEnd = answer.kind === 'out' && answer.ended;
  return {
    epoch: askedAt + Number(isChange),
    user,
    sid: user?.sid ?? sid,
    reason: isEnd ? answer.reason : undefined,
    ended: (isEnd && known.user ? end(known, known.user.sid, answer.reason) : known).ended,
    answered: true,
  };
}

/** Whether an answer names the session that is known, or nobody where nobody is. */
export function agrees({ user }: Known, answer: Settled): boolean {
  return user?.sid === (answer.kind === 'in' ? answer.user.sid : undefined);
}

/** Remembers that a session has ended. The first reason stays. */
export function end(known: Known, sid: string, reason: string | undefined): Known {
  if (known.ended.has(sid)) return known;
  return { ...known, ended: new Map([...known.ended, [sid, reason] as const].slice(-REMEMBERED)) };
}

/** Gives what there is to show. */
export function shown({ answered, user, sid, reason, ended }: Known): Omit<SessionState<User>, 'silent'> {
  if (!answered) return { status: 'unknown', user: undefined, reason: undefined };
  if (user && !ended.has(user.sid)) return { status: 'signed_in', user, reason: undefined };
  return { status: 'signed_out', user: undefined, reason: reason ?? (sid === undefined ? sid : ended.get(sid)) };
}
