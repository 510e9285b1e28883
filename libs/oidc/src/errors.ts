import { errors as joseErrors } from 'jose';

/** What was wrong. Callers branch on this, never on the message. */
export type OidcErrorCode =
  | 'OIDC_METADATA_INVALID'
  | 'OIDC_TOKEN_RESPONSE_INVALID'
  | 'OIDC_ID_TOKEN_INVALID'
  | 'OIDC_LOGOUT_TOKEN_INVALID'
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

/**
 * Whether a failed verification is a judgement of the token. A key set that could not be fetched is none: then nobody
 * knows, and the error must go on to whoever answers 503.
 */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof joseErrors.JOSEError &&
    !(error instanceof joseErrors.JWKSTimeout) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}
