import type { Session } from 'oidc-provider';
import { sha256 } from '../hashes.js';
import { hostCookie } from './cookie-text.js';

/** The session, as far as it says who is signed in. */
export type SignedIn = Pick<Session, 'uid' | 'accountId'>;

/** Gives the name of the cookie that scripts of check_session may read. On https no other host can set it. */
export function browserStateCookie(https: boolean): string {
  return hostCookie('idp_browser_state', https);
}

/**
 * Gives the provider's browser state (Session Management §3.2): another one after each sign-in, sign-out and change of
 * person, and the same in between. Empty when nobody is signed in. It tells nothing about who is: the session's name is
 * unguessable.
 */
export function browserStateOf(session: SignedIn | undefined): string {
  if (session?.accountId === undefined) return '';
  return sha256(`browser state ${session.uid} ${session.accountId}`).toString('base64url');
}
