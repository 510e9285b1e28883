import { TOTP } from 'otpauth';

/** Gives the code that an authenticator app shows now for a base32 secret. @see {@link https://www.rfc-editor.org/rfc/rfc6238 RFC 6238} */
export function codeOf(secret: string): string {
  return new TOTP({ secret }).generate();
}
