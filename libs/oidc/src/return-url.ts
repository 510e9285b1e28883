const LIMIT = 2048;

/**
 * Gives the path to return to after signing in: `wanted` when it stays on `origin`, else `/`. Never an open redirector.
 *
 * @param wanted relative, as a browser sent it: starts with one `/`
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700 RFC 9700} §4.11.1
 */
export function safeReturnUrl(wanted: string | undefined, origin: string): string {
  if (wanted === undefined || wanted.length > LIMIT || !isPlainPath(wanted)) return '/';
  if (!URL.canParse(wanted, origin)) return '/';
  const url = new URL(wanted, origin);
  const path = `${url.pathname}${url.search}${url.hash}`; // its dots are resolved: `/..//host` has become `//host` here
  return url.origin === origin && isPlainPath(path) && !path.startsWith('/bff/') ? path : '/';
}

/** Backslashes, control characters and an encoded second slash are what browsers and servers repair into `//host`. */
function isPlainPath(text: string): boolean {
  return /^\/(?![/\\]|%2f|%5c)[!-[\]-~\u0080-\uffff]*$/i.test(text);
}
