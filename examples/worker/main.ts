import 'reflect-metadata';
import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type HeardEnding, OnSessionEnded, SessionSyncModule, startSessionSync, SyncState } from '@session-sync/nestjs';
import { prismaAppSessions } from '@session-sync/nestjs/prisma';
import { openDatabase } from '../prisma/open-database.js';
import { databaseUrl, settings } from '../settings.js';

/** A job knows whose session it was started in: `sid` and `sub` are claims of the assertion, and so is when the session was opened. */
interface Job {
  readonly sid: string;
  readonly sub: string;
  readonly openedAt: string;
}

/** Long jobs that people have started. */
@Injectable()
class Exports {
  private readonly logger = new Logger(Exports.name);
  private readonly running = new Map<Job, AbortController>();

  async run(job: Job): Promise<void> {
    const stop = new AbortController();
    this.running.set(job, stop);
    this.logger.log(`export.started sid=${job.sid}`);
    await setTimeout(3_600_000, undefined, { signal: stop.signal }).catch(() => undefined); // the work would be here
    this.running.delete(job);
    this.logger.log(`export.over sid=${job.sid} stopped=${stop.signal.aborted}`);
  }

  @OnSessionEnded()
  stop(ending: HeardEnding): void {
    this.logger.log(`session.ended scope=${ending.scope} sid=${ending.sid ?? '-'} cause=${ending.cause}`);
    for (const [job, stop] of this.running) if (isMeant(job, ending)) stop.abort();
  }
}

/** One session, or every session of a person; in both cases none that was opened later. With several issuers a job has its `iss` too. */
function isMeant(job: Job, { scope, sid, sub, endedBefore }: HeardEnding): boolean {
  const isTheirs = scope === 'session' ? job.sid === sid : job.sub === sub;
  return isTheirs && new Date(job.openedAt) <= endedBefore;
}

@Module({
  imports: [
    SessionSyncModule.forRoot({
      ...settings,
      service: 'exports',
      store: prismaAppSessions(openDatabase(databaseUrl)),
    }),
  ],
  providers: [Exports],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule);
app.enableShutdownHooks();
await startSessionSync(app);
const state = app.get(SyncState);
// an ending that comes before it hears any would stop no job
while (!state.caughtUp || state.trueAsOf === undefined) await setTimeout(50);
for (const job of process.argv.slice(2)) void app.get(Exports).run(JSON.parse(job) as Job); // a queue would give them out
