import { problem } from '#http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AUTH0_LOGOUT, endSessionQuery } from '../logout/auth0-logout.js';
import { errorPage } from '../page/error-page.js';
import { sendPage } from '../page/answer.js';
import { noteAddress } from '../sessions/request-address.js';
import { cookiesNamed } from './cookie-text.js';
import type { Engine } from './engine.js';
import { redirectPosts } from './post-as-get.js';
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

/** The key set where back-end SDKs of Auth0 look for it, without discovery. */
const AUTH0_JWKS = '/.well-known/jwks.json';

const NO_CLIENT_TO_RETURN_TO = errorPage('invalid_request', 'returnTo needs the client_id that it is registered for');

/** Puts the protocol's endpoints on the HTTP server. The engine reads bodies itself and writes its answers itself. */
export async function mountProvider(fastify: FastifyInstance, engine: Engine): Promise<void> {
  const issuer = new URL(engine.provider.issuer);
  const queue = new SessionQueue();

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack();
    await engine.answer(request.raw, reply.raw);
  };
  const answerInTurn = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const [session] = cookiesNamed(engine.provider.cookieName('session'), request.headers.cookie);
    await (session === undefined ? answer(request, reply) : queue.run(session, () => answer(request, reply)));
  };

  await fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    scope.addHook('onRequest', (request, _reply, next) => {
      pinPublicAddress(request.raw, issuer);
      noteAddress(request.raw, request.ip);
      next(isServable(request.raw.url ?? '') ? undefined : problem(400, 'invalid-address', 'The address is malformed'));
    });
    for (const url of WITHOUT_SESSION) scope.all(url, answer);
    scope.get(AUTH0_JWKS, (request, reply) => {
      request.raw.url = ROUTES.jwks;
      return answer(request, reply);
    });
    for (const url of WITH_SESSION) {
      if (POST_AS_GET.includes(url)) scope.get(url, answerInTurn);
      else scope.all(url, answerInTurn);
    }
    scope.get(AUTH0_LOGOUT, async (request, reply) => {
      const query = endSessionQuery(new URL(request.raw.url ?? '', issuer).searchParams);
      if (query === undefined) return sendPage(reply, 400, NO_CLIENT_TO_RETURN_TO);
      request.raw.url = `${ROUTES.end_session}?${query.toString()}`;
      await answerInTurn(request, reply);
    });
    done();
  });
  for (const url of POST_AS_GET) redirectPosts(fastify, url);
}
