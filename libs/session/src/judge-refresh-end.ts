import { z } from 'zod';
import type { ErrorMeaning, IssuerProfile } from './issuer-profile.js';
import { errorOf, judgeStatus, judgeUnreachable } from './judge-status.js';
import { type RefreshEnd, type RefreshOutcome, saidItIsOver } from './refresh.js';
import { TOKEN_SKEW_MS, unknown, type UnknownVerdict, type Verdict } from './verdict.js';

/** The tokens that a refresh was asked with, and what its refusal may mean here. */
export interface RefreshQuestion {
  /** when the session's tokens were given: by its sign-in or its latest refresh; undefined when nobody wrote it down */
  readonly tokensSince: Date | undefined;
  readonly refreshExpiresAt: Date | undefined;
  /** whether "ended" by this way of asking counts at this IdP */
  readonly calibrated: boolean;
  /** the configuration says that a refused refresh token ends the session wherever tokens do not end with it */
  readonly grantGoneIsLogout: boolean;
}

/** A refusal so soon after another refresh may be about that one: a replica of the IdP that lags, an answer on its way. */
const RACE_MS = 60_000;
/** What products say of a token that was there and has been replaced. */
const REPLACED = /reus(?:e|ed|ing)|rotat|already (?:been )?(?:used|redeemed)|stale token/i;
const WANTS_THE_PERSON = ['interaction_required', 'login_required', 'consent_required', 'account_selection_required'];
const Described = z.object({ error_description: z.string() });

/**
 * Judges a refresh that was made in order to learn whether the session is there. The one answer that speaks of an end is a
 * refusal of an unexpired refresh token that ends with the session.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749} §5.2
 */
export function judgeRefreshEnd(
  end: RefreshEnd,
  question: RefreshQuestion,
  profile: IssuerProfile,
  now: Date,
): Verdict {
  switch (end.kind) {
    case 'idp_unknown':
      return judgeUnreachable(end.reason);
    case 'not_granted':
    case 'overtaken':
      return unknown('race');
    case 'refreshed':
      return { ...judgeRefreshed(end, profile, now), tokenGeneration: end.generation };
    case 'ambiguous':
      return unknown('refresh_ambiguous', { detail: end.reason });
    case 'discarded':
      return unknown('mismatch', { detail: end.reason });
    case 'other_person':
      return unknown('mismatch', { detail: `other_${end.claim}` });
    case 'misconfigured':
      return unknown('config', { detail: end.reason });
    case 'unavailable':
      return judgeUnavailable(end);
    case 'refused':
      return judgeRefusal(end.answer, question, profile, now);
  }
}

function judgeRefreshed(end: RefreshEnd, { tokensBound }: IssuerProfile, now: Date): Verdict {
  if (saidItIsOver(end, now)) return unknown('past_its_end'); // it ends by its absolute end; nothing is to be confirmed
  return tokensBound ? { kind: 'active' } : unknown('unbound');
}

function judgeUnavailable(end: Extract<RefreshEnd, { kind: 'unavailable' }>): UnknownVerdict {
  const { answer, reason: detail, retryAfterS } = end;
  if (answer.kind !== 'answered') return judgeUnreachable(detail);
  return unknown(answer.status === 429 ? 'throttled' : 'server', { detail, retryAfterS });
}

function judgeRefusal(answer: RefreshOutcome, question: RefreshQuestion, profile: IssuerProfile, now: Date): Verdict {
  if (answer.kind !== 'answered') return unknown('internal');
  const detail = errorOf(answer.body);
  switch (meaningOf(answer.body, profile)) {
    case 'invalid_grant':
      return judgeGone(answer.body, question, profile, now);
    case 'ended':
      return judgeEnded(question, profile, now);
    case 'grant_gone':
      return question.grantGoneIsLogout && detail === 'invalid_grant'
        ? judgeEnded(question, profile, now)
        : unknown('grant_gone', { detail, reauth: 'tokens_gone' });
    case 'reauth':
      return unknown('reauth', { detail, reauth: 'idp_asks' });
    case 'race':
      return unknown('race', { detail });
    case 'config':
      return unknown('config', { detail });
    case undefined:
      return judgeStatus(answer);
  }
}

/** What the profile knows of a code within the description says more than the error, which is one for many cases. */
function meaningOf(body: unknown, { errors }: IssuerProfile): ErrorMeaning | 'invalid_grant' | undefined {
  const words = Described.safeParse(body).data?.error_description.match(/[\w.-]+/g) ?? [];
  const error = errorOf(body);
  for (const key of [...words, ...(error === undefined ? [] : [error])])
    if (Object.hasOwn(errors, key)) return errors[key];
  if (error === 'invalid_grant') return error;
  return error !== undefined && WANTS_THE_PERSON.includes(error) ? 'reauth' : undefined;
}

function judgeGone(body: unknown, question: RefreshQuestion, profile: IssuerProfile, now: Date): Verdict {
  const isReplaced = REPLACED.test(Described.safeParse(body).data?.error_description ?? '');
  return isReplaced ? unknown('race', { detail: 'replaced' }) : judgeEnded(question, profile, now);
}

function judgeEnded(question: RefreshQuestion, profile: IssuerProfile, now: Date): Verdict {
  const { tokensSince, refreshExpiresAt, calibrated, grantGoneIsLogout } = question;
  if (tokensSince !== undefined && now.getTime() - tokensSince.getTime() < RACE_MS) return unknown('race');
  if (refreshExpiresAt !== undefined && refreshExpiresAt.getTime() <= now.getTime() + TOKEN_SKEW_MS)
    return unknown('token_expired', { reauth: 'tokens_gone' });
  if (!profile.tokensBound && !grantGoneIsLogout) return unknown('grant_gone', { reauth: 'tokens_gone' });
  // where the configuration says what a refusal means, no "active" can ever come that would calibrate it
  if (!grantGoneIsLogout && profile.needsCalibration && !calibrated) return unknown('uncalibrated');
  return { kind: 'ended', strength: 'weak' };
}
