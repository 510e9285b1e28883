import type { EndsHere } from '../adapter/current-session.js';
import type { EngineEndings } from '../adapter/prisma-artifacts.js';
import type { SessionEndings } from '../endings/session-endings.service.js';
import type { LogoutQueue } from './logout-queue.service.js';

/** The person waits at the logout page meanwhile. Clients should know before the redirect (RP-Initiated Logout §2). */
const PATIENCE_MS = 3_000;

/**
 * Gives what the engine's own endings go through: the logout form, and the same form when another person signs in. They
 * return when each client has been tried once, or the person has waited long enough.
 */
export function engineEndings(endings: SessionEndings, queue: LogoutQueue): EngineEndings {
  return {
    endSession: async (uid, ends) => {
      const ended = await endings.end(uid, howOf(ends));
      if (ended !== undefined) await queue.deliverNow([ended.endingId], PATIENCE_MS);
    },
    endClient: async (uid, { clientId, actor }) => {
      const ended = await endings.endClientIn(uid, clientId, { cause: 'signed_out', actor });
      if (ended !== undefined) await queue.deliverNow([ended.endingId], PATIENCE_MS);
    },
  };
}

function howOf(ends: EndsHere | undefined) {
  if (ends?.kind !== 'session') return { cause: 'operator', actor: 'system' } as const;
  return { cause: ends.switched ? 'account_switched' : 'signed_out', actor: ends.actor } as const;
}
