import { problem } from '#http';
import { z } from 'zod';
import type { EndedSession, HowEnded } from '../endings/ending.js';
import type { LogoutQueue, Told } from '../logout/logout-queue.service.js';
import type { OperatorBy } from './operator.decorator.js';

/** How long an operator waits for clients to be told. What takes longer goes on, and `GET /admin/deliveries` shows it. */
const TOLD_WITHIN_MS = 3_000;

/** The parameter of every order that ends a session. */
export const pushParameter = { push: z.literal('none', 'can only be none, or be left out').optional() };

/** Says how an operator ends a session. */
export function byOperator({ actor }: OperatorBy, push: 'none' | undefined): HowEnded {
  return { cause: 'operator', actor, push: push === undefined };
}

/** An ended session, and what came of telling its clients so far. */
export interface EndedView {
  readonly ended: true;
  readonly clients: readonly Told[];
}

/** Waits a moment for the clients of one session to be told. @throws Problem 404 when there was no session */
export async function toldOfOne(queue: LogoutQueue, ended: EndedSession | undefined): Promise<EndedView> {
  if (ended === undefined) throw problem(404, 'session-unknown', 'There is no such session');
  return { ended: true, clients: await queue.deliverNow([ended.endingId], TOLD_WITHIN_MS) };
}

/** Many ended sessions, and what came of telling their clients so far. */
export interface AllEndedView {
  /** how many */
  readonly ended: number;
  readonly sessions: readonly string[];
  /** how many clients, each counted for each session, have been told, and how many not yet */
  readonly told: number;
  readonly notYetTold: number;
}

/** Waits a moment for the clients of many sessions to be told. */
export async function toldOfAll(queue: LogoutQueue, ended: readonly EndedSession[]): Promise<AllEndedView> {
  const results = await queue.deliverNow(
    ended.map(({ endingId }) => endingId),
    TOLD_WITHIN_MS,
  );
  const told = results.filter((one) => one.told).length;
  const sessions = ended.map(({ sessionUid }) => sessionUid);
  return { ended: ended.length, sessions, told, notYetTold: results.length - told };
}
