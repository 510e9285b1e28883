import { z } from 'zod';
import type { SsoSession } from '#session';

/** As many characters as the proxies' own limits for all headers (4 KB at nginx) leave to one. */
const LONGEST_NAME = 512;
const LONGEST_GROUPS = 2048;

const text = z.string().min(1).optional().catch(undefined);
const Claims = z.object({
  name: text,
  preferred_username: text,
  email: text,
  email_verified: z.boolean().optional().catch(undefined),
  groups: z
    .union([z.array(z.string()), z.string().transform((group) => [group])])
    .optional()
    .catch(undefined),
});

/**
 * Says who is signed in, in headers that an app behind a proxy reads. All are percent-encoded UTF-8: what is not a
 * printable ASCII character, and `%` itself; within Remote-Groups, which has commas between groups, a comma too.
 *
 * All are always there, empty when there is nothing to say, so that what a browser wrote is always overwritten: a proxy may
 * pass on its own words, or the browser's, for a header that it does not find here (Caddy 2.6 passes a placeholder).
 *
 * An e-mail address that the IdP calls unverified is left out; so are groups that are too many for a header.
 *
 * @param said the claims of the person's ID token
 */
export function identityHeaders(
  session: SsoSession,
  said: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const claims = Claims.parse(said);
  const name = encode(printable(claims.name ?? claims.preferred_username ?? ''));
  const email = claims.email_verified === false ? '' : encode(printable(claims.email ?? ''));
  const groups = (claims.groups ?? []).map((group) => encode(printable(group), /,/g)).filter((group) => group !== '');
  return {
    'remote-user': encode(session.sub),
    'remote-name': name.length > LONGEST_NAME ? '' : name,
    'remote-email': email.length > LONGEST_NAME ? '' : email,
    'remote-groups': groups.join(',').length > LONGEST_GROUPS ? '' : groups.join(','),
    'x-session-id': session.sid,
  };
}

/** Drops control characters: nobody's name has any, and an app that decodes would get them back. Not for a `sub`. */
function printable(claim: string): string {
  return claim.replace(/\p{Cc}/gu, '').trim();
}

function encode(value: string, more = /(?!)/g): string {
  const percent = (character: string) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  return value.replace(/[^ -$&-~]|^ | $/gu, percent).replace(more, percent);
}
