import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Hashes text with SHA-256. For what nobody can guess anyway; passwords have a slow hash of their own. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Hashes text with a key (HMAC-SHA-256), so that nobody without it can make or test one.
 *
 * @param text begins with what it is for: what is made for one purpose then serves no other
 */
export function keyedHash(key: string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Says whether two texts are the same. Takes the same time for every wrong one of the right length. */
export function isSameText(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
