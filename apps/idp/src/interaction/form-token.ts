import { isSameText, keyedHash } from '../hashes.js';

/** The secret of the forms of all replicas. */
export class FormSecret {
  constructor(readonly value: string) {}
}

/**
 * Gives the token that a sign-in form carries, so that no other site can submit it (OpenID Connect Core §3.1.2.3).
 * Bound to one interaction, whose cookie the browser must hold as well.
 */
export function formToken(secret: string, interactionUid: string): string {
  return keyedHash(secret, `sign-in form ${interactionUid}`).toString('base64url');
}

/** Says whether a form carried its token. Takes the same time for every wrong one. */
export function isFormToken(token: string, secret: string, interactionUid: string): boolean {
  return isSameText(token, formToken(secret, interactionUid));
}
