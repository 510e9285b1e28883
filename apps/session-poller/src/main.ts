import 'reflect-metadata';
import { loadConfig } from '#config';
import { createHttpApp, SystemClock } from '#http';
import { AppModule } from './app.module.js';
import { PollerConfig } from './config.js';
import { startReceipts } from './receipts/start-receipts.js';

const config = loadConfig('session-poller', PollerConfig, { env: process.env, argv: process.argv });
const app = await createHttpApp('session-poller', AppModule.forRoot(config, new SystemClock()), {
  jsonLogs: config.LOG_FORMAT === 'json',
});
await startReceipts(app);
await app.listen(config.PORT, config.HOST);
