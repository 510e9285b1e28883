import 'reflect-metadata';
import { loadConfig, orExit } from '#config';
import { createHttpApp } from '#http';
import { readIdps } from '#idp-client';
import { HubClock } from '#store';
import { AppModule } from './app.module.js';
import { PollerConfig } from './config.js';
import { watchedIdps } from './idps/watched-idp.js';
import { startReceipts } from './receipts/start-receipts.js';

const config = loadConfig('session-poller', PollerConfig, { env: process.env, argv: process.argv });
const idps = orExit('session-poller', () => readIdps('IDPS', config.IDPS, process.env));
const clock = new HubClock({ monotonicMs: () => performance.now(), wallMs: () => Date.now() });
const app = await createHttpApp('session-poller', AppModule.forRoot(config, watchedIdps(idps, clock), clock), {
  jsonLogs: config.LOG_FORMAT === 'json',
});
await startReceipts(app);
await app.listen(config.PORT, config.HOST);
