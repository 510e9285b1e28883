import { z } from 'zod';
import { OidcError } from './errors.js';
import { faultyMembers } from './faulty-members.js';

/** A pushed authorization request, as the IdP has kept it. */
export interface PushedAuthorization {
  readonly requestUri: string;
  /** how long it may be used, in seconds */
  readonly expiresInS: number;
}

const Body = z.object({
  request_uri: z
    .string()
    .max(2048)
    .regex(/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/),
  expires_in: z.number().positive().max(86_400),
});

/**
 * Reads the pushed authorization request endpoint's successful answer.
 *
 * @param body the parsed JSON
 * @throws OidcError `OIDC_PUSHED_RESPONSE_INVALID` when a member is missing or of no use
 * @see {@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126} §2.2
 */
export function parsePushedAuthorization(body: unknown): PushedAuthorization {
  const parsed = Body.safeParse(body);
  if (parsed.success) return { requestUri: parsed.data.request_uri, expiresInS: parsed.data.expires_in };
  const members = faultyMembers(parsed.error, 'the body');
  throw new OidcError('OIDC_PUSHED_RESPONSE_INVALID', `the pushed authorization response is unusable: ${members}`);
}
