import { z } from 'zod';

/** What a session keeps of one client that it has signed the person in to. */
const Authorization = z.object({
  /** the session's id as told to this client */
  sid: z.string().optional(),
  grantId: z.string().optional(),
  /** an offline grant, which outlives the session (Back-Channel Logout §2.7) */
  persistsLogout: z.boolean().default(false),
});

/** The part of a session's row that ending it needs. */
export const StoredSession = z.object({
  uid: z.string(),
  accountId: z.string(),
  loginTs: z.number().optional(),
  authorizations: z.record(z.string(), Authorization).default({}),
});

export type StoredSession = z.infer<typeof StoredSession>;

/** Gives the grants that end with the session. */
export function grantsToRevoke({ authorizations }: StoredSession): readonly string[] {
  return Object.values(authorizations).flatMap(({ grantId, persistsLogout }) =>
    grantId === undefined || persistsLogout ? [] : [grantId],
  );
}
