import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

const WAYS: ReadonlyMap<string, (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflateSync],
]);

/**
 * Gives the text of a body, also of one that came compressed although nobody had asked for that, as files of some web servers do.
 * What can't be unpacked, or would be longer than `limit` bytes then, is empty.
 *
 * @param coding the Content-Encoding header
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-8.4 RFC 9110} §8.4
 */
export function unpacked(body: Buffer, coding: string | undefined, limit: number): string {
  if (coding === undefined || coding === 'identity') return body.toString('utf8');
  const way = WAYS.get(coding.trim().toLowerCase());
  try {
    return way?.(body, { maxOutputLength: limit }).toString('utf8') ?? '';
  } catch {
    return '';
  }
}
