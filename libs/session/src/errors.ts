/** What was wrong. Callers branch on this, never on the message. */
export type SessionErrorCode = 'SESSION_EVENT_INVALID' | 'SESSION_ISSUER_UNTRUSTED';

/** A promise between our own parts was broken. */
export class SessionError extends Error {
  constructor(
    readonly code: SessionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SessionError';
  }
}
