import { z } from 'zod';

/** What a session keeps of one client that it has signed the person in to. */
const Authorization = z.object({
  /** the session's id as told to this client; the engine also keeps entries without it, of clients that only asked */
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

/** That part, read. */
export type StoredSession = z.infer<typeof StoredSession>;

/** A client of a session, and what the session is called there. */
export interface SessionClient {
  readonly clientId: string;
  readonly sid: string;
}

/** Gives the clients that the session has signed the person in to. */
export function clientsOf({ authorizations }: StoredSession): readonly SessionClient[] {
  return Object.entries(authorizations).flatMap(([clientId, { sid }]) =>
    sid === undefined ? [] : [{ clientId, sid }],
  );
}

/** Gives the grants that end with the session; with `offlineToo` also those that otherwise outlive it. */
export function grantsToRevoke({ authorizations }: StoredSession, offlineToo = false): readonly string[] {
  return Object.values(authorizations).flatMap(({ grantId, persistsLogout }) =>
    grantId === undefined || (persistsLogout && !offlineToo) ? [] : [grantId],
  );
}
