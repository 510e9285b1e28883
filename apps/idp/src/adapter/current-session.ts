import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** What a request to the engine's logout form is about to end. */
export type EndsHere =
  | { readonly kind: 'session'; readonly actor: string; readonly switched: boolean }
  | { readonly kind: 'client'; readonly actor: string; readonly clientId: string };

/** What the request that is being answered knows of its own session. */
export interface CurrentSession {
  readonly uid: string;
  /** whether the session was read from the database, so that an absent row means: ended meanwhile */
  readonly wasStored: boolean;
  /** the id that the session has just given up for a new one, if it has */
  readonly renamedFrom: string | undefined;
  /** what it ends, for a request that does */
  readonly ends?: EndsHere | undefined;
  /** Called when the session turns out to have been ended meanwhile. May throw, for the engine to answer with. */
  readonly onGone?: () => void;
}

/** Routes whose answer gives a client something that only a living session may give. */
const ANSWERING = ['authorization', 'resume'];

/** Gives the session of the request that is being answered; undefined outside of one. */
export function currentSession(): CurrentSession | undefined {
  const oidc = Provider.ctx?.oidc;
  if (oidc?.session === undefined) return undefined;
  const { session } = oidc;
  const oldId: unknown = 'oldId' in session ? session.oldId : undefined;
  return {
    uid: session.uid,
    wasStored: Object.hasOwn(session, 'iat'), // given by the first save, so only a session that was read has it
    renamedFrom: typeof oldId === 'string' ? oldId : undefined,
    ends: endedBy(oidc),
    onGone: () => {
      refuse(oidc);
    },
  };
}

type Oidc = KoaContextWithOIDC['oidc'];

function endedBy(oidc: Oidc): EndsHere | undefined {
  const { route, params, session, client } = oidc;
  if (route !== 'end_session_confirm' || session?.accountId === undefined) return undefined;
  const actor = session.accountId;
  if (params?.logout === undefined) {
    return client === undefined ? undefined : { kind: 'client', actor, clientId: client.clientId };
  }
  // When somebody else signs in, the engine ends the first one's session with this form and comes back to the sign-in.
  const next: unknown = session.state?.postLogoutRedirectUri;
  const signIn = `${oidc.urlFor('authorization')}/`;
  return { kind: 'session', actor, switched: typeof next === 'string' && next.startsWith(signIn) };
}

/**
 * Takes back the answer of an authorization request whose session ended while it was being made: the client would get a
 * code, or even an ID token, of a session whose end it is never told.
 *
 * @throws errors.LoginRequired which becomes the answer
 */
function refuse({ route, session }: Oidc): void {
  if (session === undefined || !ANSWERING.includes(route)) return;
  Object.assign(session, { destroyed: true }); // the engine's own mark: it saves the session no more
  throw new errors.LoginRequired('the session has ended');
}
