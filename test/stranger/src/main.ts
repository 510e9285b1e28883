import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { startSessionSync } from '@session-sync/nestjs';
import { AppModule } from './app.module.js';

async function start(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks();
  await startSessionSync(app);
  await app.listen(Number(process.env.PORT), '127.0.0.1');
}

void start();
