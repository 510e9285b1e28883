/** What was wrong. `IDP_UNAVAILABLE`: nobody knows, try later. `IDP_REFUSED`: the IdP said no, see `error`. */
export type IdpErrorCode = 'IDP_UNAVAILABLE' | 'IDP_REFUSED' | 'IDP_INSECURE';

/** A request to the IdP brought nothing usable. Holds no token and nothing of the answer but its error code. */
export class IdpError extends Error {
  constructor(
    readonly code: IdpErrorCode,
    message: string,
    /** the IdP's OAuth error code, with `IDP_REFUSED` */
    readonly error?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'IdpError';
  }
}
