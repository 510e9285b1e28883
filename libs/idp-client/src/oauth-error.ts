import { z } from 'zod';

const Body = z.object({ error: z.string().regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,64}$/) });

/** Gives the error code of an OAuth error answer, if it is one. @see {@link https://www.rfc-editor.org/rfc/rfc6749 RFC 6749} §5.2 */
export function oauthErrorOf(body: unknown): string | undefined {
  return Body.safeParse(body).data?.error;
}
