declare const brand: unique symbol;

/** Id of an SSO session: the `sid` of our events and assertions. A UUID, never the IdP's `sid`. */
export type Sid = string & { readonly [brand]: 'Sid' };
/** An issuer's identifier of a person. Means something only together with its `iss`. */
export type Sub = string & { readonly [brand]: 'Sub' };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Gives a text as the id of an SSO session, or undefined when it is none. */
export function parseSid(text: string): Sid | undefined {
  return UUID.test(text) ? (text as Sid) : undefined;
}

/** Gives a text as a person's identifier, or undefined. No NUL, which Postgres can't hold. @see OIDC Core §2: at most 255 characters */
export function parseSub(text: string): Sub | undefined {
  return text.length >= 1 && text.length <= 255 && !text.includes('\0') ? (text as Sub) : undefined;
}
