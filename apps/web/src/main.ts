import 'reflect-metadata';
import { loadConfig } from '#config';
import { createHttpApp, SystemClock } from '#http';
import { AppModule } from './app.module.js';
import { WebConfig } from './config.js';
import { setUpHttp } from './set-up-http.js';

const config = loadConfig('web', WebConfig, { env: process.env, argv: process.argv });
const app = await createHttpApp('web', AppModule.forRoot(config, new SystemClock()), {
  jsonLogs: config.LOG_FORMAT === 'json',
});
await setUpHttp(app, config.PAGES_FOLDER);
await app.listen(config.PORT, config.HOST);
