import { parseChallenges } from '#oidc';
import { z } from 'zod';
import type { IssuerProfile } from './issuer-profile.js';
import { type Answered, errorOf, judgeStatus, judgeUnreachable } from './judge-status.js';
import { type ProbeOutcome, type ProbeTarget, TOKEN_SKEW_MS, unknown, type Verdict } from './verdict.js';

const Claims = z.object({ sub: z.string().min(1) });

/**
 * Judges the answer of the UserInfo endpoint to a session's access token. The one answer that speaks of an end is 401 with
 * the challenge `Bearer error="invalid_token"`, about a token that is known to be unexpired.
 *
 * @param calibrated whether this way of asking has ever said `active` of a live session at this IdP
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfoError OIDC Core 5.3.3}
 */
export function judgeUserinfo(
  outcome: ProbeOutcome,
  target: Pick<ProbeTarget, 'sub' | 'tokenExpiresAt'>,
  profile: IssuerProfile,
  calibrated: boolean,
  now: Date,
): Verdict {
  if (outcome.kind === 'unreachable') return judgeUnreachable(outcome.reason);
  if (outcome.status === 200) return judgeClaims(outcome.body, target.sub, profile);
  if (outcome.status !== 401 || !saysInvalidToken(outcome)) return judgeStatus(outcome);
  // an access token that nobody knows the end of may have run out any time
  const livesUntil = target.tokenExpiresAt?.getTime() ?? 0;
  if (livesUntil <= now.getTime() + TOKEN_SKEW_MS) return unknown('token_expired', { reauth: 'tokens_gone' });
  if (!profile.tokensBound) return unknown('unbound');
  if (profile.needsCalibration && !calibrated) return unknown('uncalibrated');
  return { kind: 'ended', strength: 'weak' };
}

function judgeClaims(body: unknown, sub: string, profile: IssuerProfile): Verdict {
  const claims = Claims.safeParse(body);
  if (!claims.success) return unknown('malformed');
  if (claims.data.sub !== sub) return unknown('mismatch');
  return profile.tokensBound ? { kind: 'active' } : unknown('unbound');
}

/** Some products send no challenge, some a malformed one: those have said nothing. @see RFC 6750 §3.1 */
function saysInvalidToken({ challenge, body }: Answered): boolean {
  const named = errorOf(body);
  if (named !== undefined && named !== 'invalid_token') return false;
  const bearers = parseChallenges(challenge)?.filter(({ scheme }) => scheme === 'bearer') ?? [];
  return bearers.length === 1 && bearers[0]?.parameters.get('error') === 'invalid_token';
}
