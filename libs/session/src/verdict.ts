import { z } from 'zod';
import type { IssuerProfile } from './issuer-profile.js';

/** What a probe saw, before anyone judges it. */
export type ProbeOutcome =
  | { readonly kind: 'unreachable'; /** `timeout`, `connect`, `tls`, `too_large` */ readonly reason: string }
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** the parsed body; undefined when it was no JSON */
      readonly body: unknown;
      readonly retryAfterS: number | undefined;
    };

/** What the probe asked about. */
export interface ProbeTarget {
  readonly clientId: string;
  readonly sub: string;
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

/** What we conclude. Only `ended` may ever revoke; a weak one only after a second probe said the same. */
export type Verdict =
  | {
      readonly kind: 'active';
      /** when the token that was asked about expires, if the IdP said */
      readonly tokenExpiresAt?: { readonly of: 'refresh_token' | 'access_token'; readonly at: Date } | undefined;
    }
  | { readonly kind: 'ended'; readonly strength: 'strong' | 'weak' }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason; readonly retryAfterS?: number | undefined };

const SKEW_MS = 60_000;
/** The year 9999: later is no date that anybody means. */
const LATEST_S = 253_402_300_799;
const Answer = z.union([
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true),
    sub: z.string().optional(),
    client_id: z.string().optional(),
    exp: z.number().positive().max(LATEST_S).optional().catch(undefined),
  }),
]);

/**
 * Judges the answer to an introspection of a session's token. Everything but a positive, well-formed statement of the
 * IdP about this very token is `unknown`.
 *
 * @param calibrated whether this way of asking has ever said `active` of a live session at this IdP; if not, its
 *   `active: false` may mean "you may not ask"
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662 RFC 7662} §2.2
 */
export function judgeIntrospection(
  outcome: ProbeOutcome,
  target: ProbeTarget,
  profile: IssuerProfile,
  calibrated: boolean,
  now: Date,
): Verdict {
  if (outcome.kind === 'unreachable') return unknown('unreachable');
  if (outcome.status !== 200) return judgeStatus(outcome.status, outcome.body, outcome.retryAfterS);
  const answer = Answer.safeParse(outcome.body);
  if (!answer.success) return unknown('malformed');
  if (answer.data.active) {
    if (answer.data.client_id !== undefined && answer.data.client_id !== target.clientId) return unknown('mismatch');
    if (answer.data.sub !== undefined && answer.data.sub !== target.sub) return unknown('mismatch');
    return profile.tokensBound ? activeUntil(target.token, answer.data.exp) : unknown('unbound');
  }
  if (target.tokenExpiresAt !== undefined && target.tokenExpiresAt.getTime() <= now.getTime() + SKEW_MS)
    return unknown('token_expired');
  if (!profile.tokensBound) return unknown('unbound');
  if (profile.needsCalibration && !calibrated) return unknown('uncalibrated');
  return { kind: 'ended', strength: 'weak' };
}

function activeUntil(of: ProbeTarget['token'], expS: number | undefined): Verdict {
  return expS === undefined
    ? { kind: 'active' }
    : { kind: 'active', tokenExpiresAt: { of, at: new Date(expS * 1000) } };
}

/** Errors that say something of us, not of the session. @see RFC 6749 §5.2 */
const OUR_FAULTS = [
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_request',
];

/**
 * Judges a status other than 200 of any question to an IdP: never an ending, only why we do not know.
 *
 * @see protocol.md §3.1
 */
export function judgeStatus(status: number, body: unknown, retryAfterS: number | undefined): Verdict {
  if (status === 429) return unknown('throttled', retryAfterS);
  if (status >= 500 || status === 408 || status === 425) return unknown('server', retryAfterS);
  if (status >= 300 && status < 400) return unknown('redirect');
  const error = z.object({ error: z.string() }).safeParse(body);
  if (error.success && OUR_FAULTS.includes(error.data.error)) return unknown('config');
  if (status === 404 || status === 405 || status === 410) return unknown('endpoint');
  if (status === 400 || status === 401 || status === 403) return unknown('config');
  return unknown('malformed');
}

function unknown(reason: UnknownReason, retryAfterS?: number): Verdict {
  return retryAfterS === undefined ? { kind: 'unknown', reason } : { kind: 'unknown', reason, retryAfterS };
}
