import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ProblemFilter } from './problem.filter.js';
import { startLogger } from './start-logger.js';

/**
 * Makes a Nest application on Fastify with this house's error answers, logger and orderly stop.
 * Bodies are limited to 64 KB; a route that streams opts out in a plugin scope of its own.
 */
export async function createHttpApp(
  name: string,
  module: Parameters<typeof NestFactory.create>[0],
  options: { readonly jsonLogs: boolean },
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: 65_536, trustProxy: false, forceCloseConnections: true });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: startLogger(name, options.jsonLogs),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  app.enableShutdownHooks();
  return app;
}
