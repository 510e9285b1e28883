import { createHash, randomBytes } from 'node:crypto';

/** What a session state says: who asked, from where, and what the provider's browser session was then. */
export interface SessionStateParts {
  readonly clientId: string;
  /** the origin of the redirect URI */
  readonly origin: string;
  /** the provider's browser state; empty when nobody is signed in */
  readonly browserState: string;
}

/**
 * Gives the `session_state` of an authentication answer. A page of `origin` can later ask the provider's iframe whether it
 * still holds, without a request. Contains no space, and says nothing to whoever does not know the browser state.
 *
 * @param salt differs with every answer, so that two answers can't be compared
 * @see {@link https://openid.net/specs/openid-connect-session-1_0.html OpenID Connect Session Management} §3.2
 */
export function sessionState(
  { clientId, origin, browserState }: SessionStateParts,
  salt: string = randomBytes(16).toString('base64url'),
): string {
  const hash = createHash('sha256').update(`${clientId} ${origin} ${browserState} ${salt}`).digest('hex');
  return `${hash}.${salt}`;
}
