import type { TokenCipher } from '#store';

/**
 * Seals the secret of an authenticator app that is being set up. It travels in the page's form: only we can read or make it, and
 * it is worth something for one person in one place alone.
 */
export class PendingSecrets {
  constructor(readonly cipher: TokenCipher) {}

  seal(sub: string, place: string, secret: string): string {
    return this.cipher.encrypt(secret, bound(sub, place));
  }

  /** @returns undefined for what we did not seal for this person and place */
  open(sub: string, place: string, sealed: string): string | undefined {
    try {
      return this.cipher.decrypt(sealed, bound(sub, place));
    } catch {
      return undefined;
    }
  }
}

function bound(sub: string, place: string): string {
  return `pending authenticator ${place} ${sub}`;
}
