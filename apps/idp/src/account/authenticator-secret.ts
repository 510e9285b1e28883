import type { TokenCipher } from '#store';

/** Encrypts the secret of a person's authenticator app, for this person's row alone. */
export function sealTotpSecret(cipher: TokenCipher, sub: string, base32: string): string {
  return cipher.encrypt(base32, place(sub));
}

/** @throws Error when it was changed, moved, or encrypted with a key that is gone */
export function openTotpSecret(cipher: TokenCipher, sub: string, sealed: string): string {
  return cipher.decrypt(sealed, place(sub));
}

function place(sub: string): string {
  return `Account.totpSecret:${sub}`;
}
