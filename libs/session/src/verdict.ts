import type { ReauthReason } from './poller-ports.js';

/** What a probe saw, before anyone judges it. */
export type ProbeOutcome =
  | {
      readonly kind: 'unreachable';
      /** what Node calls the fault, in small letters, or one of ours: `timeout`, `too_large`, `other_issuer`, `insecure` */
      readonly reason: string;
    }
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** the parsed body; undefined when it was no JSON */
      readonly body: unknown;
      readonly retryAfterS: number | undefined;
      /** the `WWW-Authenticate` header */
      readonly challenge?: string | undefined;
    };

/** What the probe asked about. */
export interface ProbeTarget {
  readonly clientId: string;
  readonly sub: string;
  /** the IdP's own id of the session, if it told one */
  readonly idpSid?: string | undefined;
  readonly token: 'refresh_token' | 'access_token';
  /** when the token that was asked about expires, if known */
  readonly tokenExpiresAt: Date | undefined;
}

/** Why we do not know. No session is touched for any of these. */
export type UnknownReason =
  | 'unreachable'
  | 'server'
  | 'throttled'
  | 'redirect'
  | 'malformed'
  | 'config'
  | 'endpoint'
  | 'mismatch'
  | 'unbound'
  | 'uncalibrated'
  | 'token_expired'
  | 'no_token'
  /** the IdP told no id of the session that one could ask about */
  | 'no_sid'
  /** the IdP still shows the session, and its end has passed by our clock */
  | 'past_its_end'
  /** the refresh token is of no use any more, and that says nothing of the session */
  | 'grant_gone'
  /** somebody else was refreshing at the time */
  | 'race'
  /** a refresh token was sent and no answer came */
  | 'refresh_ambiguous'
  /** the IdP wants to see the person */
  | 'reauth'
  /** the IdP is left alone for a while */
  | 'resting'
  | 'internal';

/** We can't tell, and the session goes on. */
export interface UnknownVerdict {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
  /** seconds that the IdP asked to be left alone */
  readonly retryAfterS?: number | undefined;
  /** only a silent sign-in can tell from now on */
  readonly reauth?: ReauthReason | undefined;
  /** what was seen, for a log: an error code or the name of a network fault, never more of an answer */
  readonly detail?: string | undefined;
}

/**
 * What we conclude. Only `ended` may ever revoke; a weak one only after a second probe said the same. Where asking has
 * itself renewed the session's tokens, `tokenGeneration` is theirs: what follows is about those.
 */
export type Verdict = (
  | {
      readonly kind: 'active';
      /** when the token that was asked about expires, if the IdP said */
      readonly tokenExpiresAt?: { readonly of: 'refresh_token' | 'access_token'; readonly at: Date } | undefined;
    }
  | { readonly kind: 'ended'; readonly strength: 'strong' | 'weak' }
  | UnknownVerdict
) & { readonly tokenGeneration?: number | undefined };

/** Two clocks may be apart by so much: a token that expires within it counts as expired. */
export const TOKEN_SKEW_MS = 60_000;

/** Makes a verdict that says nothing of the session. */
export function unknown(
  reason: UnknownReason,
  more: Pick<UnknownVerdict, 'retryAfterS' | 'reauth' | 'detail'> = {},
): UnknownVerdict {
  return { kind: 'unknown', reason, ...more };
}
