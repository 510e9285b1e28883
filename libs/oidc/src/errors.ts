import { errors as joseErrors } from 'jose';

/** What was wrong. Callers branch on this, never on the message. */
export type OidcErrorCode =
  | 'OIDC_METADATA_INVALID'
  /** the discovery document is well-formed, and another issuer's */
  | 'OIDC_OTHER_ISSUER'
  | 'OIDC_TOKEN_RESPONSE_INVALID'
  | 'OIDC_PUSHED_RESPONSE_INVALID'
  | 'OIDC_ID_TOKEN_INVALID'
  /** the ID token is genuine, but the person authenticated longer ago than `max_age` allows, or it does not say when */
  | 'OIDC_AUTHENTICATION_TOO_OLD'
  /** the ID token is genuine, but its `acr` is none of those asked for */
  | 'OIDC_ACR_NOT_MET'
  | 'OIDC_LOGOUT_TOKEN_INVALID'
  | 'OIDC_SECURITY_EVENT_INVALID'
  /** an answer of introspection or UserInfo that came as a JWT */
  | 'OIDC_ANSWER_INVALID'
  | 'OIDC_ASSERTION_INVALID';

/** A text of the protocol broke its promise. The message never holds the text itself, nor a token. */
export class OidcError extends Error {
  constructor(
    readonly code: OidcErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'OidcError';
  }
}

/** jose's errors that are about the keys: not fetched in time, not with 200 or not as JSON, no key set, no keys. */
const KEY_FAULTS = ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWK_INVALID'];

/**
 * Whether a failed verification is a judgement of the token. A key set that could not be had is none: then nobody
 * knows, and the error must go on to whoever answers 503.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof joseErrors.JOSEError && !KEY_FAULTS.includes(error.code);
}
