import { Secret, TOTP } from 'otpauth';

const PERIOD_S = 30;
/** 160 bits, as RFC 4226 §4 recommends. */
const SECRET_BYTES = 20;
/** Steps before and after the present one that count too: a person types, and clocks differ (RFC 6238 §5.2). */
const WINDOW = 1;
const CODE = /^[0-9]{6}$/;

/** Makes a secret for an authenticator app, in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/**
 * Gives the time step that a code belongs to, when it is a right one at `now`. Compares in constant time. That each step
 * counts once is the caller's to see to.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6238 RFC 6238}
 */
export function stepOf(secret: string, code: string, now: Date): number | undefined {
  if (!CODE.test(code)) return undefined; // the library throws on six characters that are more bytes
  const delta = totp(secret).validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? undefined : Math.floor(now.getTime() / 1000 / PERIOD_S) + delta;
}

/** Gives what the QR code says: the secret and whose it is. */
export function totpAddress(secret: string, issuer: string, login: string): string {
  return totp(secret, issuer, login).toString();
}

/** Says whether somebody typed a code of an authenticator app, and not a recovery code. */
export function looksLikeTotp(typed: string): boolean {
  return CODE.test(withoutSpace(typed));
}

/** Apps show the code as two groups. */
export function withoutSpace(typed: string): string {
  return typed.replace(/\s/g, '');
}

function totp(secret: string, issuer = '', label = ''): TOTP {
  return new TOTP({
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_S,
    issuer,
    label,
  });
}
