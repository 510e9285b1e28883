import { OidcError, parsePushedAuthorization, type PushedAuthorization } from '#oidc';
import type { ProbeOutcome } from '#session';
import { oauthErrorOf } from './oauth-error.js';

/** What became of a pushed authorization request. */
export type PushOutcome =
  | ({ readonly kind: 'pushed' } & PushedAuthorization)
  /** the IdP said no: to the client, or to something in the request */
  | { readonly kind: 'refused'; readonly error: string }
  /** nobody knows: no answer, or none that is of use */
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Judges the answer of the pushed authorization request endpoint. The RFC wants 201; 200 is taken too.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126} §2.2 and §2.3
 */
export function pushOutcomeOf(outcome: ProbeOutcome): PushOutcome {
  if (outcome.kind === 'unreachable') return { kind: 'unavailable', reason: outcome.reason };
  const { status, body } = outcome;
  if (status === 201 || status === 200) {
    try {
      return { kind: 'pushed', ...parsePushedAuthorization(body) };
    } catch (error) {
      if (error instanceof OidcError) return { kind: 'unavailable', reason: error.message };
      throw error;
    }
  }
  const error = status < 500 ? oauthErrorOf(body) : undefined;
  return error === undefined ? { kind: 'unavailable', reason: `status ${status}` } : { kind: 'refused', error };
}
