/** What came back to the redirect URI, before anyone believes it. */
export type AuthorizationResponse =
  | { readonly kind: 'code'; readonly state: string; readonly iss: string | undefined; readonly code: string }
  | { readonly kind: 'refused'; readonly state: string; readonly iss: string | undefined; readonly error: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Longest values that we read, in characters. */
const LIMITS: Readonly<Record<string, number>> = {
  state: 128,
  code: 2048,
  error: 64,
  error_description: 512,
  iss: 2048,
};
const QUERY_LIMIT = 8192;

/**
 * Reads the query of a redirect URI. Only its form is judged: whoever calls must next look the `state` up, then compare
 * `iss` ({@link issuerOf}), and only then believe the rest. `error_description` is never given, so that nobody can show it.
 *
 * @param query what follows the `?`
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthResponse OIDC Core 3.1.2.5 and 3.1.2.6}
 */
export function readAuthorizationResponse(query: string): AuthorizationResponse {
  if (query.length > QUERY_LIMIT) return { kind: 'malformed', reason: 'the query is too long' };
  const parameters = new URLSearchParams(query);
  for (const [name, limit] of Object.entries(LIMITS)) {
    const values = parameters.getAll(name);
    if (values.length > 1) return { kind: 'malformed', reason: `${name} stands more than once` };
    if ((values[0]?.length ?? 0) > limit) return { kind: 'malformed', reason: `${name} is too long` };
  }
  const state = parameters.get('state');
  const [code, error] = [parameters.get('code'), parameters.get('error')];
  const iss = parameters.get('iss') ?? undefined;
  if (state === null || state === '') return { kind: 'malformed', reason: 'state is missing' };
  if (code !== null && error !== null) return { kind: 'malformed', reason: 'both code and error' };
  if (code !== null && code !== '') return { kind: 'code', state, iss, code };
  if (error !== null && error !== '') return { kind: 'refused', state, iss, error };
  return { kind: 'malformed', reason: 'neither code nor error' };
}

/** Whether the answer comes from the IdP that was asked. */
export type IssuerCheck = 'same' | 'missing' | 'other';

/**
 * Compares the `iss` of an answer with the IdP that the transaction was opened for: simple string comparison.
 *
 * @param announced whether the IdP's metadata say that it always sends `iss`
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207 RFC 9207} §2.4
 */
export function issuerOf(iss: string | undefined, issuer: string, announced: boolean): IssuerCheck {
  if (iss === undefined) return announced ? 'missing' : 'same';
  return iss === issuer ? 'same' : 'other';
}
