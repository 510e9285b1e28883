declare const brand: unique symbol;

/** Id of an SSO session: the `sid` of our events and assertions. A UUID, never the IdP's `sid`. */
export type Sid = string & { readonly [brand]: 'Sid' };
/** An issuer's identifier of a person. Means something only together with its `iss`. */
export type Sub = string & { readonly [brand]: 'Sub' };

/** What an id of an SSO session looks like. */
export const SID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Gives a text as the id of an SSO session, or undefined when it is none. */
export function parseSid(text: string): Sid | undefined {
  return SID_PATTERN.test(text) ? (text as Sid) : undefined;
}

/** Longest identifier of a person, in characters. @see OIDC Core §2 */
export const SUB_MAX_LENGTH = 255;

/** Gives a text as a person's identifier, or undefined. No NUL, which Postgres can't hold. @see OIDC Core §2: at most 255 characters */
export function parseSub(text: string): Sub | undefined {
  return text.length >= 1 && text.length <= SUB_MAX_LENGTH && !text.includes('\0') ? (text as Sub) : undefined;
}
