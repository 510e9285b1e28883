import { Prisma } from '../../generated/client.js';
import type { SessionChanges } from '../session-changes.js';

/** A session's row as a request leaves it. */
export interface SessionRow {
  readonly uid: string;
  readonly id: string;
  readonly payload: object;
  readonly accountId: string | null;
  readonly expiresAt: Date | null;
}

/** Writes a session that was read before, if it has not ended meanwhile. Of its clients only what changed. */
export function saveSession(
  { uid, id, payload, accountId, expiresAt }: SessionRow,
  { changed, removed }: SessionChanges,
) {
  return Prisma.sql`
    UPDATE "Artifact" SET "id" = ${id}, "accountId" = ${accountId}, "expiresAt" = ${expiresAt},
      "payload" = ${JSON.stringify(payload)}::jsonb || jsonb_build_object('authorizations',
        (COALESCE("payload" -> 'authorizations', '{}'::jsonb) - ${[...removed]}::text[]) || ${JSON.stringify(changed)}::jsonb)
    WHERE "model" = 'Session' AND "uid" = ${uid}`;
}
