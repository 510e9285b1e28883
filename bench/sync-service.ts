/** A service that takes part, as docs/services.md has it, and tells when its `@OnSessionEnded()` was called. */
import 'reflect-metadata';
import {
  type CanActivate,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  ServiceUnavailableException,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type HeardEnding,
  OnSessionEnded,
  SessionGuard,
  SessionSyncModule,
  startSessionSync,
  SyncState,
} from '#session-sync';
import { AppStoreModule } from '#store';
import { HeardTimes } from './heard-times.js';

const { PORT, DATABASE_URL = '', NATS_URL = '', SERVICE = '', GATEWAY = '', JWKS_URL = '', ISSUER = '' } = process.env;
const answer = Array.from({ length: 4 }, (_, n) => ({
  id: n,
  title: `Note ${n}`,
  text: 'What must not be forgotten.',
}));

/** What Nest itself spends on a guard. */
class YesGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
class AnswerController {
  @Get('unguarded') unguarded(): unknown {
    return answer;
  }
  @UseGuards(YesGuard) @Get('yes') yes(): unknown {
    return answer;
  }
  @UseGuards(SessionGuard) @Get('guarded') guarded(): unknown {
    return answer;
  }
}

@Injectable()
class Endings {
  readonly times = new HeardTimes();
  @OnSessionEnded() note({ eventId }: HeardEnding): void {
    this.times.note(eventId);
  }
}

@Controller()
class StateController {
  constructor(
    private readonly endings: Endings,
    private readonly sync: SyncState,
  ) {}
  @Get('ready') ready(): void {
    if (!this.sync.caughtUp || this.sync.trueAsOf === undefined) throw new ServiceUnavailableException();
  }
  @Get('heard/:id') async heard(@Param('id') id: string): Promise<{ readonly atMs: number }> {
    return { atMs: await this.endings.times.when(id) };
  }
}

@Module({
  imports: [
    AppStoreModule.forRoot(DATABASE_URL),
    SessionSyncModule.forRoot({
      ...{ service: SERVICE, gateway: GATEWAY, gatewayJwksUrl: JWKS_URL, trustedIssuer: ISSUER, nats: NATS_URL },
    }),
  ],
  controllers: [AnswerController, StateController],
  providers: [Endings],
})
class ServiceModule {}

const app = await NestFactory.create<NestFastifyApplication>(
  ServiceModule,
  new FastifyAdapter({ forceCloseConnections: true }),
  { logger: ['error', 'warn'] },
);
await startSessionSync(app);
await app.listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => void app.close().then(() => process.exit(0))); // by an exit, so that a profile is written
