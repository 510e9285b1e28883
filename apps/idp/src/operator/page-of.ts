import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Cuts one page out of rows and names the next one in the `Link` header (RFC 8288), if there is one.
 *
 * @param rows one more than the page holds, when there are more
 * @param cursorOf gives what `after` must be to go on behind a row
 */
export function pageOf<T>(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  rows: readonly T[],
  limit: number,
  cursorOf: (row: T) => string,
): readonly T[] {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return page;
  const next = new URL(request.url, 'http://operator.invalid');
  next.searchParams.set('after', cursorOf(last));
  reply.header('link', `<${next.pathname}${next.search}>; rel="next"`);
  return page;
}
