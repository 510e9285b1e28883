import type { FastifyInstance } from 'fastify';
import onHeaders from 'on-headers';

const DOUBLE = '.plain';

/**
 * Lets browsers sign in over plain http that keep no `Secure` cookie there, not even on loopback: Safari is one. Beside each such
 * cookie goes a double that is `Lax` and not `Secure`; where it alone comes back, it stands for the cookie. Frames on other
 * sites see none of it.
 */
export function doubleSecureCookies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, reply, next) => {
    if (raw.headers.cookie !== undefined) raw.headers.cookie = withoutDoubles(raw.headers.cookie);
    onHeaders(reply.raw, function () {
      const lines = [this.getHeader('set-cookie') ?? []].flat().map(String);
      if (lines.length > 0) this.setHeader('set-cookie', [...lines, ...lines.flatMap(doubleOf)]);
    });
    next();
  });
}

/** Gives the `Set-Cookie` of the double, if a cookie has one. */
export function doubleOf(line: string): string[] {
  const [pair = '', ...attributes] = line.split(/; */);
  const [name = '', ...value] = pair.split('=');
  if (!attributes.some((attribute) => /^secure$/i.test(attribute))) return [];
  const kept = attributes.filter((attribute) => !/^(secure$|samesite=)/i.test(attribute));
  return [[`${name}${DOUBLE}=${value.join('=')}`, ...kept, 'SameSite=Lax'].join('; ')];
}

/** Gives a `Cookie` header as it would be from a browser that keeps the cookies themselves. */
export function withoutDoubles(header: string): string {
  const pairs = header.split(/; */).map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at) };
  });
  const own = new Set(pairs.map(({ name }) => name));
  return pairs
    .map(({ name, value }) => ({ name, value, of: name.endsWith(DOUBLE) ? name.slice(0, -DOUBLE.length) : undefined }))
    .filter(({ of }) => of === undefined || !own.has(of))
    .map(({ name, value, of }) => `${of ?? name}${value}`)
    .join('; ');
}
