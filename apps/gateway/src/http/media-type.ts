import type { IncomingHttpHeaders } from 'node:http';

/** Gives the media type of a body in small letters, without its parameters. */
export function mediaTypeOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}
