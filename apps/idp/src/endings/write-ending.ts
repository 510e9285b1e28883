import { v7 as uuid } from 'uuid';
import type { Prisma } from '../generated/client.js';
import type { SessionClient } from '../sessions/stored-session.js';
import type { EndedSession, HowEnded } from './ending.js';

/** What is written down of an ending, besides how. */
export interface EndingRecord {
  readonly sessionUid: string;
  readonly sub: string;
  /** it ended for this client alone */
  readonly clientId?: string | undefined;
  /** the clients that must be told */
  readonly clients: readonly SessionClient[];
  readonly at: Date;
}

/** Writes an ending down, with one delivery a client; each is due at once. */
export async function writeEnding(
  tx: Prisma.TransactionClient,
  { sessionUid, sub, clientId: only, clients, at }: EndingRecord,
  { cause, actor, push = true }: HowEnded,
): Promise<EndedSession> {
  const endingId = uuid();
  const ending = { sessionUid, sub, clientId: only ?? null, cause, actor, push, endedAt: at };
  await tx.sessionEnding.create({ data: { id: endingId, ...ending } });
  if (clients.length > 0) {
    await tx.logoutDelivery.createMany({
      data: clients.map(({ clientId, sid }) => ({
        id: uuid(),
        endingId,
        clientId,
        sub,
        sid,
        dueAt: at,
        createdAt: at,
      })),
    });
  }
  return { endingId, sessionUid, sub, clientIds: clients.map(({ clientId }) => clientId) };
}
