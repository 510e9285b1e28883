import 'reflect-metadata';
import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type HeardEnding, OnSessionEnded, SessionSyncModule, startSessionSync } from '@session-sync/nestjs';
import { prismaAppSessions } from '@session-sync/nestjs/prisma';
import { openDatabase } from '../prisma/open-database.js';
import { databaseUrl, settings } from '../settings.js';

/** Long jobs that people have started. Each knows whose session it was started in. */
@Injectable()
class Exports {
  private readonly logger = new Logger(Exports.name);
  private readonly running = new Map<string, AbortController>();

  async run(sid: string): Promise<void> {
    const stop = new AbortController();
    this.running.set(sid, stop);
    this.logger.log(`export.started sid=${sid}`);
    await setTimeout(3_600_000, undefined, { signal: stop.signal }).catch(() => undefined); // the work would be here
    this.running.delete(sid);
    this.logger.log(`export.over sid=${sid} stopped=${stop.signal.aborted}`);
  }

  @OnSessionEnded()
  stop({ scope, sid, cause }: HeardEnding): void {
    this.logger.log(`session.ended scope=${scope} sid=${sid ?? '-'} cause=${cause}`);
    if (sid !== undefined) this.running.get(sid)?.abort(); // scope `subject` names no sid: whoever keeps `sub` too stops by it
  }
}

@Module({
  imports: [
    SessionSyncModule.forRoot({ ...settings, service: 'exports', store: prismaAppSessions(openDatabase(databaseUrl)) }),
  ],
  providers: [Exports],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule);
app.enableShutdownHooks();
await startSessionSync(app);
for (const sid of process.argv.slice(2)) void app.get(Exports).run(sid); // a queue would give them out
