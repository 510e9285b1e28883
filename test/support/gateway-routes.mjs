// Prints every route of the gateway as it is built, as JSON: ["GET /bff/user", ...]. Its configuration comes from the environment.
import 'reflect-metadata';
import { loadConfig } from '#config';
import { createHttpApp, SystemClock } from '#http';
import { importAssertionKey, toPublicJwk } from '#oidc';
import { Registry } from 'prom-client';

const built = (path) => import(new URL(`../../dist/apps/gateway/src/${path}`, import.meta.url).href);
const { AppModule } = await built('app.module.js');
const { GatewayConfig } = await built('config.js');
const { buildFrontEnds } = await built('front-ends/build-front-ends.js');
const { readFrontEndsFile } = await built('front-ends/read-front-ends-file.js');
const { setUpHttp } = await built('http/set-up-http.js');
const { GatewayMetrics } = await built('metrics/gateway-metrics.js');

const clock = new SystemClock();
const config = loadConfig('gateway', GatewayConfig, { env: process.env, argv: [] });
const { file, secrets } = readFrontEndsFile(config.FRONT_ENDS, process.env);
const [key] = config.ASSERTION_KEYS.keys;
const keys = { signing: await importAssertionKey(key), published: [toPublicJwk(key)] };
const app = await createHttpApp(
  'gateway',
  AppModule.forRoot(
    config,
    buildFrontEnds(file, secrets, clock),
    keys,
    clock,
    new GatewayMetrics(new Registry(), clock),
  ),
  { jsonLogs: false },
);
const routes = [];
app
  .getHttpAdapter()
  .getInstance()
  .addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(`${one} ${url}`);
  });
await setUpHttp(app);
await app.init();
process.stdout.write(`routes ${JSON.stringify(routes)}\n`);
await app.close();
