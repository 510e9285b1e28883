import Provider from 'oidc-provider';

/** What the request that is being answered knows of its own session. */
export interface CurrentSession {
  readonly uid: string;
  /** whether the session was read from the database, so that an absent row means: ended meanwhile */
  readonly wasStored: boolean;
  /** the id that the session has just given up for a new one, if it has */
  readonly renamedFrom: string | undefined;
}

/** Gives the session of the request that is being answered; undefined outside of one. */
export function currentSession(): CurrentSession | undefined {
  const session = Provider.ctx?.oidc.session;
  if (session === undefined) return undefined;
  const oldId: unknown = 'oldId' in session ? session.oldId : undefined;
  return {
    uid: session.uid,
    wasStored: Object.hasOwn(session, 'iat'), // given by the first save, so only a session that was read has it
    renamedFrom: typeof oldId === 'string' ? oldId : undefined,
  };
}
