import type { EndingOf, NewSsoSession } from '#session';

/** What an IdP can name when it says that something ended: one of its sessions, or a person. Always as told to one client. */
export interface IdpKey {
  readonly iss: string;
  readonly scope: 'idp_session' | 'subject';
  readonly key: string;
}

/**
 * Gives what an ending leaves a mark for, so that a sign-in that is under way at the same time is refused. An ending of one
 * of our own sessions leaves none: its `sid` never comes back, and marks compare times of the IdP's clock with each other.
 */
export function keysOfEnding(of: EndingOf): readonly IdpKey[] {
  if (of.kind === 'idp_session') return [{ iss: of.iss, scope: 'idp_session', key: `${of.clientId} ${of.idpSid}` }];
  if (of.kind === 'subject') return [{ iss: of.iss, scope: 'subject', key: `${of.clientId} ${of.sub}` }];
  return [];
}

/** Gives all that could have ended a sign-in that is about to be kept. */
export function keysOfSignIn({ iss, clientId, idpSid, sub }: NewSsoSession): readonly IdpKey[] {
  const person: IdpKey = { iss, scope: 'subject', key: `${clientId} ${sub}` };
  return idpSid === undefined ? [person] : [{ iss, scope: 'idp_session', key: `${clientId} ${idpSid}` }, person];
}
