import { z } from 'zod';
import type { IssuerProfile } from './issuer-profile.js';
import { judgeStatus, judgeUnreachable } from './judge-status.js';
import { type ProbeOutcome, type ProbeTarget, TOKEN_SKEW_MS, unknown, type Verdict } from './verdict.js';

/** The year 9999: later is no date that anybody means. */
const LATEST_S = 253_402_300_799;
const Answer = z.union([
  z.object({
    active: z.literal(true),
    sub: z.string().optional(),
    client_id: z.string().optional(),
    sid: z.unknown().optional(),
    exp: z.number().positive().max(LATEST_S).optional().catch(undefined),
  }),
  z.object({ active: z.literal(false) }),
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
  if (outcome.kind === 'unreachable') return judgeUnreachable(outcome.reason);
  if (outcome.status !== 200) return judgeStatus(outcome);
  const answer = Answer.safeParse(outcome.body);
  if (!answer.success) return unknown('malformed');
  if (answer.data.active) {
    if (isOfAnother(answer.data, target)) return unknown('mismatch');
    return profile.tokensBound ? activeUntil(target.token, answer.data.exp) : unknown('unbound');
  }
  if (mayHaveExpired(target, now)) return unknown('token_expired', { reauth: 'tokens_gone' });
  if (!profile.tokensBound) return unknown('unbound');
  if (profile.needsCalibration && !calibrated) return unknown('uncalibrated');
  return { kind: 'ended', strength: 'weak' };
}

/** What the answer names, is it ours? `sid` is no word of RFC 7662: it counts where both sides have one. */
function isOfAnother(named: Extract<z.infer<typeof Answer>, { active: true }>, target: ProbeTarget): boolean {
  if (named.client_id !== undefined && named.client_id !== target.clientId) return true;
  if (named.sub !== undefined && named.sub !== target.sub) return true;
  return typeof named.sid === 'string' && target.idpSid !== undefined && named.sid !== target.idpSid;
}

/** Access tokens always run out: one that nobody knows the end of may have done so any time. */
function mayHaveExpired({ token, tokenExpiresAt }: ProbeTarget, now: Date): boolean {
  if (tokenExpiresAt === undefined) return token === 'access_token';
  return tokenExpiresAt.getTime() <= now.getTime() + TOKEN_SKEW_MS;
}

function activeUntil(of: ProbeTarget['token'], expS: number | undefined): Verdict {
  return expS === undefined
    ? { kind: 'active' }
    : { kind: 'active', tokenExpiresAt: { of, at: new Date(expS * 1000) } };
}
