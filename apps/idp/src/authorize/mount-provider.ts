import { problem } from '#http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from './engine.js';
import { ROUTES } from './provider-configuration.js';
import { isServable, pinPublicAddress } from './public-address.js';
import { SessionQueue } from './session-queue.js';

/** Routes that read and write the browser's session. */
const WITH_SESSION = [ROUTES.authorization, `${ROUTES.authorization}/*`, ROUTES.end_session, `${ROUTES.end_session}/*`];
const WITHOUT_SESSION = [
  ROUTES.token,
  ROUTES.introspection,
  ROUTES.revocation,
  ROUTES.userinfo,
  ROUTES.jwks,
  '/.well-known/*',
];

/** Routes that must take POST too (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). */
const POST_AS_GET: readonly string[] = [ROUTES.authorization, ROUTES.end_session];

/** Puts the protocol's endpoints on the HTTP server. The engine reads bodies itself and writes its answers itself. */
export async function mountProvider(fastify: FastifyInstance, engine: Engine): Promise<void> {
  const issuer = new URL(engine.provider.issuer);
  const queue = new SessionQueue();

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack();
    await engine.answer(request.raw, reply.raw);
  };
  const answerInTurn = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const session = cookieOf(request.headers.cookie, engine.provider.cookieName('session'));
    await (session === undefined ? answer(request, reply) : queue.run(session, () => answer(request, reply)));
  };

  await fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    scope.addHook('onRequest', (request, _reply, next) => {
      pinPublicAddress(request.raw, issuer);
      next(isServable(request.raw.url ?? '') ? undefined : problem(400, 'invalid-address', 'The address is malformed'));
    });
    for (const url of WITHOUT_SESSION) scope.all(url, answer);
    for (const url of WITH_SESSION) {
      if (POST_AS_GET.includes(url)) scope.get(url, answerInTurn);
      else scope.all(url, answerInTurn);
    }
    done();
  });
  for (const url of POST_AS_GET) fastify.post(url, postAsGet);
}

/**
 * Answers a POST with a redirect to the same request as GET. The session's cookie is `Lax`, so browsers leave it out of a
 * POST from another site, but send it when they follow the redirect.
 */
async function postAsGet(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.body ?? {})) {
    for (const one of [value].flat()) query.append(name, String(one)); // twice stays twice, for the engine to refuse
  }
  await reply
    .header('cache-control', 'no-store')
    .redirect(`${request.url.replace(/\?.*$/, '')}?${query.toString()}`, 303);
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  return header
    ?.split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
