import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '#http';
import type { Clock, SessionSignal } from '#session';
import type { Service } from '../front-ends/front-end.js';
import type { FrontEnds } from '../front-ends/front-ends.js';
import type { SessionReader } from '../http/session-reader.js';
import type { AccessTokens } from '../tokens/access-tokens.js';
import { Admission } from './admission.js';
import type { Assertions } from './assertions.js';
import { Credentials } from './credentials.js';
import { connectionsToServices, forwarding, httpOptionsOf } from './forward.js';
import { OpenChannels } from './open-channels.js';
import { onlyWebSockets } from './only-websockets.js';
import { currentPassage, passages } from './passage.js';
import { socketHooks, socketOptionsOf } from './sockets.js';

/** What the proxy needs. */
export interface ProxyParts {
  readonly frontEnds: FrontEnds;
  readonly reader: SessionReader;
  readonly assertions: Assertions;
  readonly accessTokens: AccessTokens;
  readonly signal: SessionSignal;
  readonly clock: Clock;
}

/**
 * `/bff/api/<service>/**` goes to the named services and no others, with an assertion of the session; WebSockets too. Bodies
 * stream through unread, so this lives in Fastify scopes of its own, beside Nest's routes.
 */
export async function registerProxy(fastify: FastifyInstance, parts: ProxyParts): Promise<void> {
  const { frontEnds, reader, assertions, accessTokens, signal, clock } = parts;
  const channels = new OpenChannels(clock);
  const admission = new Admission(frontEnds, reader, new Credentials(assertions, accessTokens), channels);
  const stopWatching = channels.watch(signal);
  fastify.addHook('preClose', (done) => {
    stopWatching();
    channels.closeAll();
    done();
  });
  const agents = connectionsToServices();
  const services = new Map(frontEnds.all.flatMap((frontEnd) => [...frontEnd.services]));
  for (const service of services.values()) {
    await fastify.register(async (scope) => {
      admitInto(scope, admission, service);
      await scope.register(httpProxy, {
        prefix: `/bff/api/${service.name}`,
        upstream: service.origin,
        http: httpOptionsOf(service, agents),
        destroyAgent: true,
        disableRequestLogging: true,
        internalRewriteLocationHeader: false,
        websocket: true,
        wsHooks: socketHooks(clock),
        ...socketOptionsOf(service, clock),
        handler: (request, reply, path, given) =>
          reply.from(path, forwarding({ request, reply, passage: currentPassage(), channels }, given)),
      });
    });
  }
  onlyWebSockets(fastify.server);
  await fastify.register((scope, _options, done) => {
    admitInto(scope, admission, undefined);
    scope.all('/bff/api/*', () => currentPassage()); // never reached: nobody is admitted to no service
    done();
  });
}

/** Lets only admitted requests into a scope, before anything of their bodies is read. */
function admitInto(scope: FastifyInstance, admission: Admission, service: Service | undefined): void {
  scope.removeAllContentTypeParsers();
  scope.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    admission.admit(request, reply, service).then((passage) => {
      passages.run(passage, done);
    }, done);
  });
  scope.setErrorHandler((error, _request, reply) => {
    sendProblem(reply, error);
  });
}
