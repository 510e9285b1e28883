import { hash } from 'node:crypto';

/** Gives the SHA-256 of a bearer secret: all that a database may know of it. */
export function hashOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
