import { randomBytes } from 'node:crypto';
import { sha256 } from '../hashes.js';

/** Crockford's base32: no letter that looks like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CODES = 10;
const GROUPS = 3;
const GROUP = /.{4}/g;

/** Makes the codes of one person: 60 bits each, such as `4f7k-9w2c-mq0x`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: CODES }, () => {
    const letters = [...randomBytes(GROUPS * 4)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length));
    return letters.join('').match(GROUP)?.join('-') ?? '';
  });
}

/** Gives what is kept of a code: a hash, for this person alone. However a person writes it, it is the same. */
export function recoveryHash(sub: string, typed: string): string {
  const code = typed
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1');
  return sha256(`${sub} ${code}`).toString('base64url');
}
