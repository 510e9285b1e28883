import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** One key of the ring: the first encrypts, all decrypt. */
export interface TokenKey {
  readonly kid: string;
  /** 32 bytes */
  readonly secret: Buffer;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHERTEXT = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/;

/** Reads `kid:base64,kid:base64`. Gives undefined when a kid or a key of 32 bytes is missing, or a kid stands twice. */
export function parseTokenKeys(text: string): readonly TokenKey[] | undefined {
  const keys = text
    .split(',')
    .map((part) => /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_=-]+)$/.exec(part.trim()))
    .map((match) => ({ kid: match?.[1] ?? '', secret: Buffer.from(match?.[2] ?? '', 'base64') }));
  const distinct = new Set(keys.map(({ kid }) => kid)).size === keys.length;
  return distinct && keys.every(({ kid, secret }) => kid !== '' && secret.length === 32) ? keys : undefined;
}

/**
 * Encrypts tokens at rest: AES-256-GCM, `v1.<kid>.<base64url of iv, text, tag>`. A ciphertext counts only for the row and
 * column that it was made for (`place`), so that nobody who can write the database can move tokens between sessions.
 * To rotate, put a new key first and keep the old one until no ciphertext names it.
 */
export class TokenCipher {
  private readonly keys: ReadonlyMap<string, TokenKey>;
  private readonly current: TokenKey;

  /** @param keys at least one */
  constructor(keys: readonly [TokenKey, ...TokenKey[]]) {
    this.keys = new Map(keys.map((key) => [key.kid, key]));
    this.current = keys[0];
  }

  encrypt(text: string, place: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.current.secret, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.current.kid}.${sealed.toString('base64url')}`;
  }

  /** Whether it could be decrypted here is known by its key, without doing so. @throws Error when the key is not in the ring */
  requireKey(text: string): void {
    const [, kid = ''] = CIPHERTEXT.exec(text) ?? [];
    this.keyOf(kid);
  }

  /** @throws Error when the key is not in the ring, or the ciphertext was changed or moved; it repeats nothing but the kid */
  decrypt(text: string, place: string): string {
    const [, kid = '', body = ''] = CIPHERTEXT.exec(text) ?? [];
    const sealed = Buffer.from(body, 'base64url');
    // a shorter one would be checked by a part of its tag; one that is spelt in another way was touched
    if (sealed.length < IV_BYTES + TAG_BYTES || sealed.toString('base64url') !== body)
      throw new Error('what should be an encrypted token is none');
    const key = this.keyOf(kid);
    const iv = sealed.subarray(0, IV_BYTES);
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv('aes-256-gcm', key.secret, iv, options).setAAD(Buffer.from(place));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  private keyOf(kid: string): TokenKey {
    const key = this.keys.get(kid);
    if (key === undefined) throw new Error(`no key "${kid}" to decrypt a token with`);
    return key;
  }
}
