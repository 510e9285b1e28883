import 'reflect-metadata';
import { loadConfig, orExit, toDocumentHelp } from '#config';
import { createHttpApp, SystemClock } from '#http';
import { importAssertionKey, toPublicJwk } from '#oidc';
import { AppModule } from './app.module.js';
import { GatewayConfig } from './config.js';
import { buildFrontEnds } from './front-ends/build-front-ends.js';
import { FrontEndsFile } from './front-ends/front-ends-file.js';
import { readFrontEndsFile } from './front-ends/read-front-ends-file.js';
import { ProblemPageFilter } from './http/problem-page.filter.js';
import { setUpHttp } from './http/set-up-http.js';

const clock = new SystemClock();
const fileHelp = toDocumentHelp('The file of FRONT_ENDS, in YAML; docs/front-ends.md has examples:', FrontEndsFile);
const config = loadConfig('gateway', GatewayConfig, { env: process.env, argv: process.argv }, fileHelp);
const sites = orExit('gateway', () => {
  const { file, secrets } = readFrontEndsFile(config.FRONT_ENDS, process.env);
  return buildFrontEnds(file, secrets, clock);
});
const keys = {
  signing: await importAssertionKey(config.ASSERTION_KEYS.keys[0]),
  published: config.ASSERTION_KEYS.keys.map(toPublicJwk),
};
const app = await createHttpApp('gateway', AppModule.forRoot(config, sites, keys, clock), {
  jsonLogs: config.LOG_FORMAT === 'json',
  trustedProxies: config.TRUSTED_PROXIES ?? [],
  rewriteUrl: (request) => sites.frontEnds.route(request),
});
app.useGlobalFilters(new ProblemPageFilter(sites.frontEnds));
await setUpHttp(app);
await app.listen(config.PORT, config.HOST);
