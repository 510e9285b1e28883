import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Registry } from 'prom-client';
import { createHttpApp, MetricsModule, nodeRegistry } from '#http';
import type { Clock } from '#session';
import { AppModule } from './app.module.js';
import type { GatewayConfig } from './config.js';
import { ProblemPageFilter } from './http/problem-page.filter.js';
import type { Sites } from './http/request.module.js';
import { setUpHttp } from './http/set-up-http.js';
import { GatewayMetrics } from './metrics/gateway-metrics.js';
import type { GatewayKeys } from './proxy/assertions.module.js';

/** What the gateway is started with. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly sites: Sites;
  readonly keys: GatewayKeys;
  readonly clock: Clock;
}

/** An address can't be listened on; the message names the keys and says why. */
export class ListenFault extends Error {}

/**
 * Starts the public server, and before it that of the metrics if there is to be one. A signal stops the public one; the
 * metrics go when its last request has been answered.
 *
 * @throws ListenFault when a port or an address can't be had; nothing listens then
 */
export async function startGateway({ config, sites, keys, clock }: GatewayParts): Promise<void> {
  const { METRICS_PORT, METRICS_HOST, PORT, HOST } = config;
  const jsonLogs = config.LOG_FORMAT === 'json';
  const registry = METRICS_PORT === undefined ? new Registry() : nodeRegistry();
  const module = AppModule.forRoot(config, sites, keys, clock, new GatewayMetrics(registry, clock));
  const app = await createHttpApp('gateway', module, {
    jsonLogs,
    trustedProxies: config.TRUSTED_PROXIES ?? [],
    rewriteUrl: (request) => sites.frontEnds.route(request),
  });
  app.useGlobalFilters(new ProblemPageFilter(sites.frontEnds));
  await setUpHttp(app);
  try {
    if (METRICS_PORT !== undefined) {
      const shown = MetricsModule.forRoot(() => registry);
      const metrics = await createHttpApp('gateway', shown, { jsonLogs, stopsBySignal: false });
      app
        .getHttpAdapter()
        .getInstance()
        .addHook('onClose', () => metrics.close());
      await listen(metrics, METRICS_PORT, METRICS_HOST, 'METRICS_');
    }
    await listen(app, PORT, HOST, '');
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** @param prefix of the keys that say where */
async function listen(app: NestFastifyApplication, port: number, host: string, prefix: string): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const why = reasonOfListen(error);
    if (why === undefined) throw error;
    throw new ListenFault(`${prefix}PORT ${port} at ${prefix}HOST ${host}: ${why}`, { cause: error });
  }
}

function reasonOfListen(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'something listens there already (EADDRINUSE)',
    EACCES: 'this user may not listen there (EACCES)',
    EADDRNOTAVAIL: 'this is no address of this machine (EADDRNOTAVAIL)',
    ENOTFOUND: 'this is no address of this machine (ENOTFOUND)',
  };
  return reasons[code];
}
