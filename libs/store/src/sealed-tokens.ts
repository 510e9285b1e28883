import type { TokenSet } from '#session';
import type { TokenCipher } from './token-cipher.js';

/** The token columns of a session: ciphertexts bound to the session's id and their column. */
export interface SealedTokens {
  readonly idToken: string;
  readonly accessToken: string | null;
  readonly accessExpiresAt: Date | null;
  readonly refreshToken: string | null;
  readonly refreshExpiresAt: Date | null;
}

/** Encrypts the tokens of session `id`. */
export function sealTokens(cipher: TokenCipher, id: string, tokens: TokenSet): SealedTokens {
  return {
    idToken: cipher.encrypt(tokens.idToken, `${id} idToken`),
    accessToken: tokens.accessToken === undefined ? null : cipher.encrypt(tokens.accessToken, `${id} accessToken`),
    accessExpiresAt: tokens.accessExpiresAt ?? null,
    refreshToken: tokens.refreshToken === undefined ? null : cipher.encrypt(tokens.refreshToken, `${id} refreshToken`),
    refreshExpiresAt: tokens.refreshExpiresAt ?? null,
  };
}

/**
 * Decrypts the tokens of a row as a probe needs them: most read no ID token, which is the longest, so it is decrypted when it is read.
 *
 * @throws Error when their key is not in the ring; reading `idToken` throws when it was changed or moved
 */
export function openForProbe(cipher: TokenCipher, row: SealedTokens & { readonly id: string }): TokenSet {
  cipher.requireKey(row.idToken);
  let idToken: string | undefined;
  return {
    get idToken() {
      return (idToken ??= cipher.decrypt(row.idToken, `${row.id} idToken`));
    },
    ...openOthers(cipher, row),
  };
}

/** Decrypts the tokens of a row. @throws Error when its key is not in the ring */
export function openTokens(cipher: TokenCipher, row: SealedTokens & { readonly id: string }): TokenSet {
  return { idToken: cipher.decrypt(row.idToken, `${row.id} idToken`), ...openOthers(cipher, row) };
}

function openOthers(cipher: TokenCipher, row: SealedTokens & { readonly id: string }): Omit<TokenSet, 'idToken'> {
  return {
    accessToken: row.accessToken === null ? undefined : cipher.decrypt(row.accessToken, `${row.id} accessToken`),
    accessExpiresAt: row.accessExpiresAt ?? undefined,
    refreshToken: row.refreshToken === null ? undefined : cipher.decrypt(row.refreshToken, `${row.id} refreshToken`),
    refreshExpiresAt: row.refreshExpiresAt ?? undefined,
  };
}
