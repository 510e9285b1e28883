import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ProblemFilter } from './problem.filter.js';
import { startLogger } from './start-logger.js';

const CLOSING_MS = 5_000;

/** How an application differs from others. */
export interface HttpAppOptions {
  readonly jsonLogs: boolean;
  /**
   * addresses or networks of proxies whose X-Forwarded-* headers are believed: `request.ip` is then the person's. Whoever
   * calls from elsewhere can write there what they like. Default: nobody's
   */
  readonly trustedProxies?: readonly string[];
  /** gives the address by which a request is routed, from the request as it comes off the wire; default: its own */
  readonly rewriteUrl?: (request: IncomingMessage) => string;
  /** whether the process's signals stop it; default: yes. Whoever makes a second one in a process may close it in order */
  readonly stopsBySignal?: boolean;
}

/**
 * Makes a Nest application on Fastify with this house's error answers, logger and orderly stop.
 * Bodies are limited to 64 KB; a route that streams opts out in a plugin scope of its own.
 */
export async function createHttpApp(
  name: string,
  module: Parameters<typeof NestFactory.create>[0],
  { jsonLogs, trustedProxies = [], rewriteUrl, stopsBySignal = true }: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const trustProxy = trustedProxies.length > 0 && [...trustedProxies];
  const adapter = new FastifyAdapter({
    bodyLimit: 65_536,
    trustProxy,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(), // ours: what a caller names could not be told apart
    requestIdHeader: false,
    ...(rewriteUrl === undefined ? {} : { rewriteUrl }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: startLogger(name, jsonLogs),
    abortOnError: false,
  });
  limitClosing(adapter.getInstance());
  nameRequests(adapter.getInstance());
  app.useGlobalFilters(new ProblemFilter());
  if (stopsBySignal) app.enableShutdownHooks();
  return app;
}

/** Each answer says by which id its request is found in the log. */
function nameRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
}

/** Requests under way are finished when the process is told to stop; what hangs is cut off after {@link CLOSING_MS}. */
function limitClosing(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => {
      fastify.server.closeAllConnections();
    }, CLOSING_MS).unref();
    done();
  });
}
