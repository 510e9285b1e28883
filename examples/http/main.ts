import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type AppSession,
  CurrentSession,
  Public,
  SessionGuard,
  SessionSyncModule,
  startSessionSync,
  SyncState,
} from '@session-sync/nestjs';
import { prismaAppSessions } from '@session-sync/nestjs/prisma';
import { openDatabase } from '../prisma/open-database.js';
import { databaseUrl, port, settings } from '../settings.js';

@Controller()
@UseGuards(SessionGuard)
class OrdersController {
  constructor(private readonly sync: SyncState) {}

  @Get('orders')
  list(@CurrentSession() session: AppSession) {
    return { sub: session.sub, orders: [] };
  }

  @Public()
  @Get('health/ready')
  async ready() {
    await this.sync.assertCaughtUp();
    return { status: 'ok' };
  }
}

@Module({
  imports: [
    SessionSyncModule.forRoot({ ...settings, service: 'orders', store: prismaAppSessions(openDatabase(databaseUrl)) }),
  ],
  controllers: [OrdersController],
})
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await startSessionSync(app);
await app.listen(port, '127.0.0.1');
