import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, sendProblem } from '#http';
import { assertCsrfHeader } from '../http/csrf.guard.js';
import type { SessionReader } from '../http/session-reader.js';
import type { Assertions } from './assertions.js';

/** What the proxy needs. */
export interface ProxyParts {
  readonly upstreams: ReadonlyMap<string, string>;
  readonly reader: SessionReader;
  readonly assertions: Assertions;
}

const HEADERS_TIMEOUT_MS = 30_000;
const BODY_TIMEOUT_MS = 60_000;
/** What never goes to a service: the browser's secrets, claims about the caller that only we may make, and hop-by-hop words. */
const WITHHELD =
  /^(?:cookie|authorization|x-csrf|forwarded|expect|upgrade|remote-.*|proxy-.*|x[-_]forwarded.*|x-real-ip|x-original-.*|x-rewrite-.*)$/;

/**
 * `/bff/api/<service>/**` goes to the named services and no others, with an assertion of the session. Bodies stream
 * through unread, so this lives in a Fastify scope of its own, beside Nest's routes.
 */
export async function registerProxy(fastify: FastifyInstance, parts: ProxyParts): Promise<void> {
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => {
      done(null, payload);
    });
    await scope.register(replyFrom, { undici: { headersTimeout: HEADERS_TIMEOUT_MS, bodyTimeout: BODY_TIMEOUT_MS } });
    scope.setErrorHandler((error, _request, reply) => {
      sendProblem(reply, error);
    });
    const forward = (request: FastifyRequest<{ Params: { readonly service: string } }>, reply: FastifyReply) =>
      forwardRequest(parts, request, reply);
    scope.all('/bff/api/:service', forward);
    scope.all('/bff/api/:service/*', forward);
  });
}

async function forwardRequest(
  parts: ProxyParts,
  request: FastifyRequest<{ Params: { readonly service: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  assertCsrfHeader(request);
  const session = await parts.reader.require(request, { slide: true });
  const { service } = request.params;
  const upstream = parts.upstreams.get(service);
  if (upstream === undefined) throw problem(404, 'unknown-service', 'No service has this name', 'Add it to UPSTREAMS.');
  if (!request.url.startsWith(`/bff/api/${service}`))
    throw problem(400, 'bad-path', 'The path is written in a way that is not passed on');
  const assertion = await parts.assertions.sign(session.sso, service);
  return reply.from(`${upstream}${pathBehind(request.url, service)}`, {
    rewriteRequestHeaders: (_request, headers) => ({
      ...without(headers, WITHHELD),
      authorization: `Bearer ${assertion}`,
    }),
    rewriteHeaders: (headers) => without(headers, /^set-cookie$/),
    retryDelay: () => null, // a 503 is the service's answer: it may be catching up
    onError: (failed) => {
      sendProblem(failed as FastifyReply, problem(502, 'service-unavailable', 'The service does not answer'));
    },
  });
}

/** `/bff/api/notes/a/b?c` becomes `/a/b?c`. */
function pathBehind(url: string, service: string): string {
  const rest = url.slice(`/bff/api/${service}`.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function without<T>(headers: Readonly<Record<string, T>>, withheld: RegExp): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !withheld.test(name.toLowerCase())));
}
