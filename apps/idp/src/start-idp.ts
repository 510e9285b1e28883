import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp } from '#http';
import type { Clock } from '#session';
import { AppModule } from './app.module.js';
import { cookieRules, sendsSecureOverPlainHttp } from './authorize/cookies.js';
import { mountProvider } from './authorize/mount-provider.js';
import { doubleSecureCookies } from './authorize/plain-http-cookies.js';
import type { IdpConfig } from './config.js';
import { makeParts } from './idp-parts.js';
import { acceptEmptyBodies } from './operator/empty-bodies.js';
import { OperatorModule } from './operator/operator.module.js';

/** A running IdP. */
export interface RunningIdp {
  /** Stops both servers and then lets go of the database. For tests; a process stops by signal. */
  readonly close: () => Promise<void>;
}

/**
 * Starts the public server and the operator API.
 *
 * @throws ConfigError when a client or a key can't be used; whatever the database or the ports refuse with
 */
export async function startIdp(config: IdpConfig, clock: Clock): Promise<RunningIdp> {
  const parts = await makeParts(config, clock);
  const logs = { jsonLogs: config.LOG_FORMAT === 'json' };
  const trustedProxies = config.IDP_TRUSTED_PROXIES;
  const app = await createHttpApp('idp', AppModule.forRoot(parts), { ...logs, trustedProxies });
  const operatorModule = OperatorModule.forRoot(parts);
  const operator = await createHttpApp('idp', operatorModule, logs);
  const running = { close: () => closeInOrder(operator, app) }; // the database belongs to the second
  try {
    await parts.accounts.seed(config.IDP_PEOPLE);
    if (sendsSecureOverPlainHttp(cookieRules(config))) doubleSecureCookies(app.getHttpAdapter().getInstance());
    for (const one of [app, operator]) parts.faults?.mark(one.getHttpAdapter().getInstance());
    await mountProvider(app.getHttpAdapter().getInstance(), parts.engine);
    acceptEmptyBodies(operator.getHttpAdapter().getInstance());
    await operator.listen(config.IDP_OPERATOR_PORT, config.IDP_OPERATOR_HOST);
    await app.listen(config.PORT, config.HOST);
    return running;
  } catch (error) {
    await running.close();
    throw error;
  }
}

async function closeInOrder(...apps: readonly NestFastifyApplication[]): Promise<void> {
  for (const app of apps) await app.close();
}
