import { createHash } from 'node:crypto';

/** Gives the SHA-256 of a bearer secret: all that a database may know of it. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
