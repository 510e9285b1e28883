import { hash } from 'node:crypto';

/** Gives what is remembered of a token that was taken: enough to know it again, nothing that could be sent. */
export function tokenHashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
