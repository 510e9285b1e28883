import { problem } from '#http';

/** What URL parsers turn into a slash, drop, or stumble over. */
// eslint-disable-next-line no-control-regex -- control characters are what it finds
const UNSAFE = /[\\\u0000-\u001f\u007f]/;

/**
 * Gives the path (without the query) that a request asks a service for: `/bff/api/notes/a/b?c` is `/a/b` of `notes`.
 * Paths that two parsers may read differently are refused whole, however the service would read them: dot segments, double
 * slashes, backslashes, encoded slashes and dots, also encoded twice, also behind a `;`.
 *
 * @throws Problem 400 `bad-path`
 * @see {@link https://www.rfc-editor.org/rfc/rfc3986 RFC 3986} §5.2.4, §6.2.2
 */
export function pathBehind(url: string, service: string): string {
  const [path = ''] = url.split('?', 1);
  const prefix = `/bff/api/${service}`;
  const rest = path.slice(prefix.length);
  if (!path.startsWith(prefix) || !(rest === '' || rest.startsWith('/')) || !isPlain(rest)) throw badPath();
  return rest === '' ? '/' : rest;
}

/** Whether `path` is one of the allow-listed prefixes, or below one. */
export function isAllowed(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => {
    const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
    return path === prefix || path.startsWith(folder);
  });
}

/** Whether a path has the same segments, and no odd ones, however often it is decoded. */
function isPlain(path: string): boolean {
  const once = /[#\s]/.test(path) ? undefined : decode(path);
  if (once === undefined) return false;
  const twice = decode(once) ?? once; // a percent sign of its own: `100%25`
  const segments = path.split('/').length;
  return [path, once, twice].every(
    (text) => !UNSAFE.test(text) && text.split('/').length === segments && !hasOddSegments(text),
  );
}

/** A dot segment, also one that some servers read so (`..;a`), or an empty one that is not the last. */
function hasOddSegments(path: string): boolean {
  const segments = path.split('/').slice(1);
  return segments.some(
    (segment, at) => /^\.{1,2}(?:;.*)?$/.test(segment) || (segment === '' && at < segments.length - 1),
  );
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function badPath(): Error {
  return problem(400, 'bad-path', 'The path is written in a way that is not passed on');
}
