import type { EndingOf, NewSsoSession } from '#session';

/** What an IdP can name when it says that something ended: one of its sessions, or a person. Always as told to one client. */
export interface IdpKey {
  readonly iss: string;
  readonly scope: 'idp_session' | 'idp_session_of' | 'subject' | 'person';
  readonly key: string;
}

/**
 * Gives what an ending leaves a mark for, so that a sign-in that is under way at the same time is refused. An ending of one
 * of our own sessions leaves none: its `sid` never comes back, and marks compare times of the IdP's clock with each other.
 * One that names a person beside an IdP session is about that person alone: it refuses nobody else's sign-in.
 */
export function keysOfEnding(of: EndingOf): readonly IdpKey[] {
  if (of.kind === 'idp_session') return [keyOfIdpSession(of, of.sub)];
  if (of.kind === 'subject') return [{ iss: of.iss, scope: 'subject', key: `${of.clientId} ${of.sub}` }];
  if (of.kind === 'person') return [{ iss: of.iss, scope: 'person', key: of.sub }];
  return [];
}

/** Gives all that could have ended a sign-in that is about to be kept. */
export function keysOfSignIn({ iss, clientId, idpSid, sub }: NewSsoSession): readonly IdpKey[] {
  const subject: IdpKey = { iss, scope: 'subject', key: `${clientId} ${sub}` };
  const person: IdpKey = { iss, scope: 'person', key: sub };
  return idpSid === undefined
    ? [subject, person]
    : [...[undefined, sub].map((of) => keyOfIdpSession({ iss, clientId, idpSid }, of)), subject, person];
}

/** @param sub undefined: whoever's it is */
function keyOfIdpSession(
  { iss, clientId, idpSid }: { readonly iss: string; readonly clientId: string; readonly idpSid: string },
  sub: string | undefined,
): IdpKey {
  if (sub === undefined) return { iss, scope: 'idp_session', key: `${clientId} ${idpSid}` };
  return { iss, scope: 'idp_session_of', key: JSON.stringify([clientId, idpSid, sub]) };
}
