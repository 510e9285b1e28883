import type { FastifyInstance } from 'fastify';
import onHeaders from 'on-headers';

const FRAMED = '.framed';

/**
 * Lets browsers sign in over plain http that keep no `Secure` cookie there, not even on loopback: Safari is one. Each such
 * cookie goes under a name of its own, and beside it a double under the usual name that is `Lax` and not `Secure`: so it takes
 * the place of one that an IdP without this has left. Where the first comes back, it stands for both. Frames on other
 * sites see none of the doubles.
 */
export function doubleSecureCookies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, reply, next) => {
    if (raw.headers.cookie !== undefined) raw.headers.cookie = withoutDoubles(raw.headers.cookie);
    onHeaders(reply.raw, function () {
      const lines = [this.getHeader('set-cookie') ?? []].flat().map(String);
      if (lines.length > 0) this.setHeader('set-cookie', lines.flatMap(withDouble));
    });
    next();
  });
}

/** Gives the `Set-Cookie` lines for one: itself, or the two of a `Secure` cookie. */
export function withDouble(line: string): string[] {
  const [pair = '', ...attributes] = line.split(/; */);
  const [name = '', ...value] = pair.split('=');
  if (!attributes.some((attribute) => /^secure$/i.test(attribute))) return [line];
  const kept = attributes.filter((attribute) => !/^(secure$|samesite=)/i.test(attribute));
  return [
    [`${name}${FRAMED}=${value.join('=')}`, ...attributes].join('; '),
    [pair, ...kept, 'SameSite=Lax'].join('; '),
  ];
}

/** Gives a `Cookie` header as it would be from a browser that has each cookie once, under its usual name. */
export function withoutDoubles(header: string): string {
  const pairs = header.split(/; */).map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at)];
    return { name, value, of: name.endsWith(FRAMED) ? name.slice(0, -FRAMED.length) : undefined };
  });
  const framed = new Set(pairs.map(({ of }) => of));
  return pairs
    .filter(({ name, of }) => of !== undefined || !framed.has(name))
    .map(({ name, value, of }) => `${of ?? name}${value}`)
    .join('; ');
}
