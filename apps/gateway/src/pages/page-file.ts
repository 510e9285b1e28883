import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';

/** What a folder of pages has for a path. */
export type PageFile =
  /** `path` is relative to the folder, and really inside it */
  | { readonly kind: 'file'; readonly path: string }
  /** a folder that is asked for without its slash: relative links in its page would lead astray */
  | { readonly kind: 'needs_slash' }
  | { readonly kind: 'none' }
  /** written in a way that no link has: never answered, not even by the fallback */
  | { readonly kind: 'refused' };

/**
 * Finds the file for a path as it came off the wire. No dot files, no way out of the folder: by dots, encoded or not, or by
 * a link of the file system.
 */
export async function findPageFile(folder: string, url: string): Promise<PageFile> {
  const segments = segmentsOf(url);
  if (segments === undefined || segments.some((segment) => segment.startsWith('.'))) return { kind: 'refused' };
  const asked = segments.at(-1) === '' ? [...segments.slice(0, -1), 'index.html'] : segments;
  try {
    const root = await realpath(folder);
    const found = await realpath(resolve(root, ...asked));
    const path = relative(root, found);
    if (path.split(sep).some((segment) => segment.startsWith('.'))) return { kind: 'refused' }; // `..` too: it is outside
    const entry = await stat(found);
    if (entry.isFile()) return { kind: 'file', path: path.split(sep).join('/') };
    return entry.isDirectory() && asked === segments ? { kind: 'needs_slash' } : { kind: 'none' };
  } catch {
    return { kind: 'none' }; // not there, not readable, a name too long
  }
}

/** Gives the decoded segments of a path; undefined when it is not written as links are. */
export function segmentsOf(url: string): readonly string[] | undefined {
  try {
    const segments = url
      .replace(/[?#].*$/s, '')
      .split('/')
      .slice(1)
      .map(decodeURIComponent);
    if (segments.slice(0, -1).includes('')) return undefined;
    return segments.some((segment) => /[/\\\0]/.test(segment)) ? undefined : segments;
  } catch {
    return undefined;
  }
}

/** How long a browser may keep a file without asking: for good when its name holds a hash of what is in it, else not at all. */
export function cacheControlOf(path: string): string {
  const parts = (path.split('/').at(-1) ?? '').split(/[.-]/).slice(1, -1);
  const hashed = !path.endsWith('.html') && parts.some(isHash);
  return hashed ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** Hexadecimal with digits and letters, or small and capital letters with digits: no word is like that. */
function isHash(text: string): boolean {
  if (text.length < 8 || !/^\w+$/.test(text) || !/\d/.test(text)) return false;
  return /^(?=.*[a-f])[0-9a-f]+$/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text));
}
