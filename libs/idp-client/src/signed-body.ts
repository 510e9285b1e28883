import type { JWTVerifyGetKey } from 'jose';
import { type ExpectedAnswer, OidcError } from '#oidc';
import type { ProbeOutcome } from '#session';
import type { Answer, Unreachable } from './idp-http.js';

/** Verifies an answer's JWT and gives what it says. */
export type VerifyAnswer = (token: string, keys: JWTVerifyGetKey, expected: ExpectedAnswer) => Promise<unknown>;

/**
 * Gives an answer with the body that its JWT proves to be the IdP's. What can't be believed has no body, which is malformed
 * to whoever judges; keys that can't be had are no answer at all.
 */
export async function withSignedBody(
  outcome: Answer | Unreachable,
  verify: VerifyAnswer,
  keys: JWTVerifyGetKey,
  expected: ExpectedAnswer,
): Promise<ProbeOutcome> {
  if (outcome.kind === 'unreachable' || outcome.status !== 200 || outcome.jwt === undefined) return outcome;
  try {
    return { ...outcome, body: await verify(outcome.jwt, keys, expected) };
  } catch (error) {
    if (error instanceof OidcError && error.code === 'OIDC_ANSWER_INVALID') return { ...outcome, body: undefined };
    return { kind: 'unreachable', reason: 'keys' };
  }
}
