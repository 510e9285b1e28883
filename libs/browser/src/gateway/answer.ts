import { own } from '../hidden-frame.js';
import type { User } from './session.js';

/** What an answer of `/bff/user` says. One that says nothing is `undefined`: nothing is learnt from it. */
export type Answer =
  | { readonly kind: 'in'; readonly user: User }
  /** with a `reason` there was a session, and it has ended */
  | { readonly kind: 'out'; readonly reason?: string | undefined; readonly retryAfterS?: number | undefined }
  /** there is a session, and it has not ended: a silent sign-in must confirm it */
  | { readonly kind: 'unconfirmed'; readonly retryAfterS?: number | undefined };

/**
 * Reads an answer of `/bff/user`. Only the gateway's own words count: whatever else a network, a proxy or a gateway in trouble
 * says is no answer.
 *
 * @param body the parsed JSON
 */
export function readAnswer(status: number, body: unknown): Answer | undefined {
  if (status === 200) {
    const user = userOf(body);
    return user && { kind: 'in', user };
  }
  const type = own(body, 'type');
  if (status !== 401 || typeof type !== 'string') return undefined;
  const retryAfterS = numberIn(body, 'silentRetryAfterS');
  switch (type.replace('urn:sso:problem:', '')) {
    case 'not-signed-in':
      return { kind: 'out', retryAfterS };
    case 'session-ended':
      return { kind: 'out', reason: textIn(body, 'reason') ?? 'ended', retryAfterS };
    case 'idp-check-needed':
    case 'sign-in-needed':
      return { kind: 'unconfirmed', retryAfterS };
    default:
      return undefined;
  }
}

/** Gives a text that a message has as its own. */
export function textIn(message: unknown, name: string): string | undefined {
  const value = own(message, name);
  return typeof value === 'string' ? value : undefined;
}

/** Gives a number that a message has as its own. */
export function numberIn(message: unknown, name: string): number | undefined {
  const value = own(message, name);
  return typeof value === 'number' ? value : undefined;
}

/** Claims are own members, whatever their names are: `Object.fromEntries` defines, it does not assign. */
function userOf(claims: unknown): User | undefined {
  if (!Array.isArray(claims)) return undefined;
  const user: unknown = Object.fromEntries(claims.map((claim) => [own(claim, 'type'), own(claim, 'value')]));
  return textIn(user, 'sub') && textIn(user, 'sid') ? (Object.freeze(user) as User) : undefined;
}
