import cookie from '@fastify/cookie';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Clock, SessionSignal } from '#session';
import { FrontEnds } from '../front-ends/front-ends.js';
import { registerPages } from '../pages/register-pages.js';
import { Assertions } from '../proxy/assertions.js';
import { registerProxy } from '../proxy/register-proxy.js';
import { readSecurityEvents } from '../receivers/ssf.controller.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { SecurityHeaders } from './security-headers.js';
import { SessionReader } from './session-reader.js';

/** Gives the Nest application what lives on Fastify itself: cookies, headers, pages, the proxy, and Passport's redirect. */
export async function setUpHttp(app: NestFastifyApplication): Promise<void> {
  const frontEnds = app.get(FrontEnds);
  await app.register(cookie, { hook: false }); // Cookies reads the one it wants
  const fastify = app.getHttpAdapter().getInstance();
  const securityHeaders = new SecurityHeaders(frontEnds.all);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(securityHeaders.of(frontEnds.find(request.raw)));
    done();
  });
  letPassportRedirect(fastify);
  readSecurityEvents(fastify);
  await registerProxy(fastify, {
    frontEnds,
    reader: app.get(SessionReader),
    assertions: app.get(Assertions),
    accessTokens: app.get(AccessTokens),
    signal: app.get(SessionSignal),
    clock: app.get(Clock),
  });
  await registerPages(fastify, frontEnds);
}

/** Passport writes its redirect to a Node response; Fastify's reply learns the two verbs that it lacks. */
function letPassportRedirect(fastify: FastifyInstance): void {
  fastify.decorateReply('setHeader', function (this: FastifyReply, name: string, value: string) {
    if (name.toLowerCase() !== 'content-length') void this.header(name, value);
  });
  fastify.decorateReply('end', function (this: FastifyReply, body?: string) {
    void this.header('cache-control', 'no-store').send(body ?? '');
  });
}
