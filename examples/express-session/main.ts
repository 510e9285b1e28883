import 'reflect-metadata';
import { promisify } from 'node:util';
import { Controller, Get, Headers, Module, Post, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type AppSession,
  AssertionVerifier,
  CurrentSession,
  ownSession,
  Public,
  type SessionClaim,
  SessionDoor,
  SessionGuard,
  SessionSyncModule,
  startSessionSync,
  SyncState,
} from '@session-sync/nestjs';
import { prismaAppSessions } from '@session-sync/nestjs/prisma';
import session, { type Session } from 'express-session';
import { openDatabase } from '../prisma/open-database.js';
import { databaseUrl, must, port, settings } from '../settings.js';

interface WithSession {
  readonly session: Session & { visits?: number; sso?: SessionClaim };
}

@Controller()
@UseGuards(SessionGuard)
class BasketController {
  constructor(
    private readonly assertions: AssertionVerifier,
    private readonly door: SessionDoor,
    private readonly sync: SyncState,
  ) {}

  /** Once, through the gateway: from here on the service's own cookie says who somebody is. */
  @Public()
  @Post('sign-in')
  async signIn(@Req() request: WithSession, @Headers('authorization') header = '') {
    const claim = await this.assertions.claim(header.replace(/^Bearer /i, '')); // refuses by itself: 401, or 503 without keys
    await promisify(request.session.regenerate.bind(request.session))(); // a cookie from before is worth nothing
    request.session.sso = claim;
    await this.door.admit(request); // from here on an ending finds it
    return { sub: claim.sub };
  }

  @Get('basket')
  basket(@Req() { session }: WithSession, @CurrentSession() { sub }: AppSession) {
    session.visits = (session.visits ?? 0) + 1;
    return { sub, visits: session.visits };
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
    SessionSyncModule.forRoot({
      ...settings,
      service: 'basket',
      store: prismaAppSessions(openDatabase(databaseUrl)),
      credential: ownSession((request: WithSession) => request.session.sso),
    }),
  ],
  controllers: [BasketController],
})
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
const secret = must('COOKIE_SECRET');
app.use(session({ secret, name: 'basket', resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));
await startSessionSync(app);
await app.listen(port, '127.0.0.1');
