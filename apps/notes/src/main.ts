import 'reflect-metadata';
import { WsAdapter } from '@nestjs/platform-ws';
import { loadConfig } from '#config';
import { createHttpApp, SystemClock } from '#http';
import { startSessionSync } from '#session-sync';
import { AppModule } from './app.module.js';
import { NotesConfig } from './config.js';

const config = loadConfig('notes', NotesConfig, { env: process.env, argv: process.argv });
const app = await createHttpApp('notes', AppModule.forRoot(config, new SystemClock()), {
  jsonLogs: config.LOG_FORMAT === 'json',
});
app.useWebSocketAdapter(new WsAdapter(app));
await startSessionSync(app);
await app.listen(config.PORT, config.HOST);
