import { OidcError, parseRefreshResponse, type RefreshResponse } from '#oidc';
import { z } from 'zod';
import type { TokenSet } from './sso-session.js';

/** What became of a refresh token that was to be sent, before anyone judges it. */
export type RefreshOutcome =
  /** it never left: no connection, no name, no trusted certificate */
  | { readonly kind: 'not_sent'; readonly reason: string }
  /** no answer came, and the IdP may have taken it */
  | { readonly kind: 'lost'; readonly reason: string }
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** the parsed body; undefined when it was no JSON */
      readonly body: unknown;
      readonly retryAfterS: number | undefined;
    };

/** What became of one refresh of a session's tokens, from the right to do it to what was written down. */
export type RefreshEnd =
  /** nothing was sent, and nothing has changed: the IdP's own description could not be had */
  | { readonly kind: 'idp_unknown'; readonly reason: string }
  /** nothing was sent: somebody else is at it, or the tokens have changed, or the session has ended */
  | { readonly kind: 'not_granted' }
  | {
      readonly kind: 'refreshed';
      readonly tokens: TokenSet;
      readonly generation: number;
      /** `session_expiry` of the new ID token: the session ends by then, if it is a time */
      readonly saidEnd?: Date | 'unusable' | undefined;
    }
  /** new tokens came, and were not kept: the session has ended or has newer ones */
  | { readonly kind: 'overtaken'; readonly hasEnded: boolean; readonly refreshToken: string | undefined }
  /** the IdP no longer takes the refresh token */
  | { readonly kind: 'refused'; readonly reason: string; readonly answer: RefreshOutcome }
  /** new tokens came with an ID token that is not of this sign-in, or can't be believed */
  | { readonly kind: 'discarded'; readonly reason: 'authenticated_later' | 'id_token' }
  /** new tokens came that are somebody else's: this one session has been ended */
  | { readonly kind: 'other_person'; readonly claim: 'iss' | 'sub' }
  | { readonly kind: 'ambiguous'; readonly reason: string }
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly retryAfterS: number | undefined;
      readonly answer: RefreshOutcome;
    }
  | { readonly kind: 'misconfigured'; readonly reason: string };

/** Whether the IdP gave new tokens and said with them that the session is over: it ends by that word, at once. */
export function saidItIsOver(end: RefreshEnd, now: Date): boolean {
  return end.kind === 'refreshed' && end.saidEnd instanceof Date && end.saidEnd <= now;
}

/** What we conclude. None of these ends a session. */
export type RefreshVerdict =
  | { readonly kind: 'tokens'; readonly response: RefreshResponse }
  /** the refresh token is of no use any more; with `probeNow` the session itself may be over */
  | { readonly kind: 'refused'; readonly reason: string; readonly probeNow: boolean }
  /** the IdP may have used the refresh token up, and we have not what it gave for it */
  | { readonly kind: 'ambiguous'; readonly reason: string }
  /** the IdP did not take it, and may do so later */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterS: number | undefined }
  /** the IdP does not know this client, or the address is wrong: no session's fault */
  | { readonly kind: 'misconfigured'; readonly reason: string };

const OUR_FAULTS = ['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_client_metadata'];
const LATER = ['temporarily_unavailable', 'slow_down', 'server_error', 'too_many_requests'];
const ErrorBody = z.object({ error: z.string().regex(/^[\w.:/-]{1,64}$/) });

/**
 * Judges the answer to a refresh token. A fault of a server that had the token is `ambiguous`, since it may have rotated
 * it before it failed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749} §5.2, §6
 */
export function judgeRefresh(outcome: RefreshOutcome): RefreshVerdict {
  switch (outcome.kind) {
    case 'not_sent':
      return { kind: 'unavailable', reason: outcome.reason, retryAfterS: undefined };
    case 'lost':
      return { kind: 'ambiguous', reason: outcome.reason };
    case 'answered':
      return judgeAnswer(outcome);
  }
}

function judgeAnswer({ status, body, retryAfterS }: Extract<RefreshOutcome, { kind: 'answered' }>): RefreshVerdict {
  if (status === 200) return judgeTokens(body);
  if (status === 429 || status === 425) return { kind: 'unavailable', reason: `status_${status}`, retryAfterS };
  if (status < 300 || status >= 500 || status === 408) return { kind: 'ambiguous', reason: `status_${status}` };
  const parsed = ErrorBody.safeParse(body);
  if (status >= 400 && parsed.success) return judgeError(parsed.data.error, retryAfterS);
  // one product says so, with an empty body, of a refresh token that it does not know, another of a malformed request
  if (status === 400) return { kind: 'refused', reason: 'status_400', probeNow: false };
  return { kind: 'misconfigured', reason: `status_${status}` };
}

function judgeTokens(body: unknown): RefreshVerdict {
  try {
    return { kind: 'tokens', response: parseRefreshResponse(body) };
  } catch (error) {
    if (error instanceof OidcError) return { kind: 'ambiguous', reason: 'unreadable_tokens' };
    throw error;
  }
}

/** Whatever else an IdP calls it, it has refused: a sign-in shows what is left. */
function judgeError(error: string, retryAfterS: number | undefined): RefreshVerdict {
  if (error === 'invalid_grant') return { kind: 'refused', reason: error, probeNow: true };
  if (OUR_FAULTS.includes(error)) return { kind: 'misconfigured', reason: error };
  if (LATER.includes(error)) return { kind: 'unavailable', reason: error, retryAfterS };
  return { kind: 'refused', reason: error, probeNow: false };
}

/**
 * Gives the tokens after a refresh: what the IdP did not send again stays as it was.
 *
 * @param sentAt from when the lives of the new ones count: not later than the IdP made them
 */
export function refreshedTokens(before: TokenSet, response: RefreshResponse, sentAt: Date): TokenSet {
  const after = (seconds: number | undefined) =>
    seconds === undefined ? undefined : new Date(sentAt.getTime() + seconds * 1000);
  const keepsRefreshToken = response.refreshToken === undefined || response.refreshToken === before.refreshToken;
  const refreshExpiresAt = after(response.refreshExpiresInS);
  return {
    idToken: response.idToken ?? before.idToken,
    accessToken: response.accessToken,
    accessExpiresAt: after(response.expiresInS),
    refreshToken: response.refreshToken ?? before.refreshToken,
    refreshExpiresAt: refreshExpiresAt ?? (keepsRefreshToken ? before.refreshExpiresAt : undefined),
  };
}
