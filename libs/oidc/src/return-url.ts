const LIMIT = 2048;

/**
 * Gives the path to return to after signing in: `wanted` when it stays on `origin`, else `home`. Never an open redirector, and
 * never one of the gateway's own endpoints: `/bff/…`, below whatever prefix and however it is encoded.
 *
 * @param wanted relative, as a browser sent it: starts with one `/`
 * @param home where a person lands who named nothing, or nothing good
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700 RFC 9700} §4.11.1
 */
export function safeReturnUrl(wanted: string | undefined, origin: string, home = '/'): string {
  if (wanted === undefined || wanted.length > LIMIT || !isPlainPath(wanted)) return home;
  if (!URL.canParse(wanted, origin)) return home;
  const url = new URL(wanted, origin);
  const path = `${url.pathname}${url.search}${url.hash}`; // its dots are resolved: `/..//host` has become `//host` here
  return url.origin === origin && isPlainPath(path) && !isOwnEndpoint(url.pathname) ? path : home;
}

/** What can't be decoded is no page either. */
function isOwnEndpoint(pathname: string): boolean {
  try {
    return /\/bff(?:\/|$)/.test(decodeURIComponent(pathname));
  } catch {
    return true;
  }
}

/** Backslashes, control characters and an encoded second slash are what browsers and servers repair into `//host`. */
function isPlainPath(text: string): boolean {
  return /^\/(?![/\\]|%2f|%5c)[!-[\]-~\u0080-\uffff]*$/i.test(text);
}
