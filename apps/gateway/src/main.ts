import 'reflect-metadata';
import { loadConfig } from '#config';
import { createHttpApp, SystemClock } from '#http';
import { importAssertionKey, toPublicJwk } from '#oidc';
import { AppModule } from './app.module.js';
import { GatewayConfig } from './config.js';
import { setUpHttp } from './http/set-up-http.js';

const config = loadConfig('gateway', GatewayConfig, { env: process.env, argv: process.argv });
const keys = {
  signing: await importAssertionKey(config.ASSERTION_KEY),
  published: [toPublicJwk(config.ASSERTION_KEY)],
};
const app = await createHttpApp('gateway', AppModule.forRoot(config, keys, new SystemClock()), {
  jsonLogs: config.LOG_FORMAT === 'json',
});
await setUpHttp(app, {
  upstreams: config.UPSTREAMS,
  staticDir: config.STATIC_DIR,
  secure: config.COOKIE_SECURE,
  issuer: config.ISSUER,
});
await app.listen(config.PORT, config.HOST);
