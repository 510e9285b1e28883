import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem, sendProblem } from '#http';
import type { FrontEnd } from '../front-ends/front-end.js';

/** What never goes to a web server behind us: secrets, claims about the caller that only we may make, hop-by-hop words. `_` counts as `-`. */
const WITHHELD =
  /^(?:authorization|x-csrf|forwarded|expect|upgrade|te|trailer|keep-alive|remote-.*|proxy-.*|x-forwarded.*|x-real-ip|x-original-.*|x-rewrite-.*)$/;
/** What its answer may not say: what holds for one connection, and what the gateway alone decides for the host. */
const UNSAID = /^(?:connection|keep-alive|transfer-encoding|upgrade|trailer|proxy-.*|strict-transport-security)$/;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Gives the page from another web server, streamed both ways. It learns nothing of the session, and can set none of our cookies. */
export function sendFromUpstream(
  request: FastifyRequest,
  reply: FastifyReply,
  frontEnd: FrontEnd,
  upstream: string,
  isOurs: (cookie: string) => boolean,
): FastifyReply {
  return reply.from(`${upstream}${request.url}`, {
    rewriteRequestHeaders: (_request, headers) => ({
      ...withoutOurCookies(without(headers, WITHHELD), isOurs),
      ...forwardedFor(frontEnd),
    }),
    rewriteHeaders: (headers) => toOurs(without(headers, UNSAID), frontEnd, upstream, isOurs),
    retryDelay: () => null,
    onError: (failed) => {
      sendProblem(
        failed as FastifyReply,
        problem(502, 'pages-unavailable', 'The web server of these pages does not answer'),
      );
    },
  });
}

/** By what address the browser came: from the front ends' file, never from the request. */
function forwardedFor({ origin, path }: FrontEnd): Readonly<Record<string, string>> {
  const { host, protocol } = new URL(origin);
  return {
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol.slice(0, -1),
    ...(path === '' ? {} : { 'x-forwarded-prefix': path }),
  };
}

function without<H extends object>(headers: H, withheld: RegExp): H {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !withheld.test(name.toLowerCase().replaceAll('_', '-'))),
  ) as H;
}

function withoutOurCookies<H extends Headers>(headers: H, isOurs: (cookie: string) => boolean): H {
  const { cookie, ...rest } = headers;
  const theirs = String(cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !isOurs(nameIn(pair)));
  return { ...rest, ...(theirs.length === 0 ? {} : { cookie: theirs.join('; ') }) } as H;
}

/** Cookies of ours are not theirs to set; a redirect to itself becomes one to us. */
function toOurs<H extends Headers>(
  headers: H,
  { base }: FrontEnd,
  upstream: string,
  isOurs: (cookie: string) => boolean,
): H {
  const { 'set-cookie': cookies, location, ...rest } = headers;
  const theirs = [cookies ?? []].flat().filter((line) => !isOurs(nameIn(line)));
  const leadsToItself = typeof location === 'string' && `${location}/`.startsWith(`${upstream}/`);
  return {
    ...rest,
    ...(theirs.length === 0 ? {} : { 'set-cookie': theirs }),
    ...(location === undefined
      ? {}
      : { location: leadsToItself ? `${base}${location.slice(upstream.length)}` : location }),
  } as unknown as H;
}

/** A browser keeps `=bff-session=x` as a cookie without a name, and sends it as `bff-session=x`. */
function nameIn(pair: string): string {
  return (pair.replace(/^[\s=]+/, '').split('=')[0] ?? '').trim();
}
