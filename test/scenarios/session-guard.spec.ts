import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { exportJWK, generateKeyPair } from 'jose';
import { JetStreamPublisher, logoutStream } from '#bus';
import { type AssertionKey, importAssertionKey, signAssertion, toPublicJwk } from '#oidc';
import { type AppSession, encodeSessionEnded, type SessionEnded, type Sid, subjectOf } from '#session';
import {
  type ChannelEnd,
  CurrentSession,
  type HeardEnding,
  MaxIdpAge,
  OnSessionEnded,
  Public,
  SessionChannels,
  SessionGuard,
  SessionSyncModule,
  startSessionSync,
  Staleness,
  SyncState,
} from '#session-sync';
import { InMemoryAppSessions } from '../support/in-memory-app-sessions.js';
import { natsForSuite } from '../support/nats.js';
import { endingOf, newSid } from '../support/service.js';
import { ISSUER } from '../support/sign-ins.js';
import { until } from '../support/until.js';

const [GATEWAY, OTHER_ISSUER] = ['http://gateway.test', 'https://other-idp.example'];

/** A store that can be away, and that counts how often it is asked. */
class FallibleSessions extends InMemoryAppSessions {
  isAway = false;
  asked = 0;
  override async open(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession> {
    this.asked += 1;
    if (this.isAway) throw new Error('the database is away');
    return super.open(session, now);
  }
}

@Injectable()
class Hooks {
  readonly heard: HeardEnding[] = [];
  @OnSessionEnded() throwing(): void {
    throw new Error('a hook that throws');
  }
  @OnSessionEnded() hanging(): Promise<void> {
    return new Promise(() => undefined);
  }
  @OnSessionEnded() hears(ending: HeardEnding): void {
    this.heard.push(ending);
  }
}

@Controller()
@UseGuards(SessionGuard)
class RoutesController {
  @Get('me') me(@CurrentSession() session: AppSession) {
    return { sub: session.sub };
  }
  @Get('fresh') @MaxIdpAge(1_000) fresh() {
    return {};
  }
  @Get('asks') @Staleness({ maxMs: 0 }) asks() {
    return {};
  }
  @Get('public') @Public() everybody() {
    return {};
  }
}

const store = new FallibleSessions();

describe('a guarded service on Fastify, and its real NATS', () => {
  const nats = natsForSuite();
  let app: NestFastifyApplication;
  let keys: Server;
  let key: AssertionKey;
  let publisher: JetStreamPublisher;
  let origin: string;

  beforeAll(async () => {
    const jwk = { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)), kid: 'a' };
    key = await importAssertionKey(jwk);
    const document = JSON.stringify({ keys: [toPublicJwk(jwk)] });
    keys = createServer((_, response) => response.setHeader('content-type', 'application/json').end(document));
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    publisher = new JetStreamPublisher(nats().url, 'test-publisher', logoutStream(1));
    await publisher.start();
    const gatewayJwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`;
    @Module({
      imports: [
        SessionSyncModule.forRootAsync({
          useFactory: () => ({
            ...{ service: 'routes', gateway: GATEWAY, gatewayJwksUrl, nats: nats().url, store },
            trustedIssuer: [ISSUER, OTHER_ISSUER],
          }),
        }),
      ],
      controllers: [RoutesController],
      providers: [Hooks],
    })
    class RoutesModule {}
    app = await NestFactory.create<NestFastifyApplication>(RoutesModule, new FastifyAdapter(), { logger: false });
    await startSessionSync(app);
    await app.listen(0, '127.0.0.1');
    origin = await app.getUrl();
    await until('the feed is true', () => Promise.resolve(app.get(SyncState).trueAsOf));
    await until('caught up', () => Promise.resolve(app.get(SyncState).caughtUp ? true : undefined));
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await publisher.stop();
    keys.closeAllConnections();
    keys.close();
  });

  const assertionOf = (sid: Sid, changes: Partial<Parameters<typeof signAssertion>[0]> = {}) =>
    signAssertion(
      {
        ...{ iss: GATEWAY, aud: 'routes', sid, idp: ISSUER, sub: 'ana', clientId: 'gateway', authTime: undefined },
        ...{ openedAt: new Date(Date.now() - 60_000), expiresAt: new Date(Date.now() + 3_600_000) },
        ...changes,
      },
      key,
      new Date(),
    );
  const ask = async (path: string, assertion?: string) => {
    const headers: Record<string, string> = assertion === undefined ? {} : { authorization: `Bearer ${assertion}` };
    const response = await fetch(`${origin}/${path}`, { headers });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body, headers: response.headers };
  };
  const publish = (event: SessionEnded) =>
    publisher.publish({
      ...{ eventId: event.id, subject: subjectOf(event), payload: JSON.stringify(encodeSessionEnded(event)) },
      attempts: 0,
    });

  it('answers from memory, and asks the database where a route wants it', async () => {
    const assertion = await assertionOf(newSid());
    expect((await ask('me', assertion)).body).toEqual({ sub: 'ana' });
    const { asked } = store;
    for (let times = 0; times < 5; times += 1) await ask('me', assertion);
    expect(store.asked).toBe(asked);
    await ask('asks', assertion);
    expect(store.asked).toBe(asked + 1);
  });

  it('refuses by RFC 9457 and says what to do', async () => {
    const { status, body, headers } = await ask('me');
    expect([status, headers.get('content-type')]).toEqual([401, expect.stringMatching('application/problem.json')]);
    expect(body).toMatchObject({ type: 'urn:sso:problem:not-signed-in', status: 401 });
    expect((await ask('public')).status).toBe(200);
  });

  it('lets in people of each trusted issuer', async () => {
    expect((await ask('me', await assertionOf(newSid(), { idp: OTHER_ISSUER }))).status).toBe(200);
    expect((await ask('me', await assertionOf(newSid(), { idp: 'https://evil.example' }))).status).toBe(401);
  });

  it('wants a session that the IdP has confirmed lately where a route says so, and tells how', async () => {
    const sid = newSid();
    const { status, body } = await ask('fresh', await assertionOf(sid));
    expect([status, body.type]).toEqual([403, 'urn:sso:problem:idp-check-too-old']);
    expect(body.loginUrl).toBe('/bff/login?prompt=none&max_idp_age=1');
    expect((await ask('fresh', await assertionOf(sid, { idpCheckedAt: new Date() }))).status).toBe(200);
  });

  it('refuses at the ending, closes channels and calls hooks, whatever a hook does', async () => {
    const sid = newSid();
    const assertion = await assertionOf(sid);
    await ask('me', assertion);
    const closed: ChannelEnd[] = [];
    const owner = await store.open(ownerOf(sid), new Date());
    app.get(SessionChannels).hold(owner, (end) => closed.push(end));
    app.get(SessionChannels).hold(owner, () => {
      throw new Error('a channel that throws');
    });
    await publish(endingOf(sid));
    await until('closed', () => closed[0]);
    expect(closed).toEqual([{ kind: 'ended', cause: 'operator' }]);
    expect(await ask('me', assertion)).toMatchObject({ status: 401, body: { reason: 'operator' } });
    expect(app.get(Hooks).heard.filter((ending) => ending.sid === sid)).toMatchObject([
      { eventId: `event-of-${sid}`, cause: 'operator' },
    ]);
    expect(app.get(SessionChannels).size).toBe(0);
  });

  it('closes a channel whose session expires', async () => {
    const closed: ChannelEnd[] = [];
    const owner = { ...ownerOf(newSid()), expiresAt: new Date(Date.now() + 50) };
    app.get(SessionChannels).hold(owner, (end) => closed.push(end));
    expect(await until('closed', () => closed[0])).toEqual({ kind: 'ended', cause: 'expired' });
  });

  it('T165: is not moved by the ending that an issuer tells that it does not trust', async () => {
    const [sid, witness] = [newSid(), newSid()];
    const assertion = await assertionOf(sid);
    await ask('me', assertion);
    await publish({ ...endingOf(sid), iss: 'https://evil.example', id: `evil ${sid}` });
    await publish(endingOf(witness));
    await until('the next is heard', () => Promise.resolve(app.get(Hooks).heard.find((one) => one.sid === witness)));
    expect((await ask('me', assertion)).status).toBe(200);
  });

  it('without Postgres goes on for whom it remembers, and says 503 to others; nobody’s session ends', async () => {
    const [known, unknown] = [await assertionOf(newSid()), await assertionOf(newSid())];
    await ask('me', known);
    store.isAway = true;
    expect((await ask('me', known)).status).toBe(200);
    const { status, body, headers } = await ask('me', unknown);
    expect([status, body.type, headers.get('retry-after')]).toEqual([503, 'urn:sso:problem:sessions-unknown', '2']);
    store.isAway = false;
    expect((await ask('me', unknown)).status).toBe(200);
  });

  it('without the gateway’s keys goes on with those that it has', async () => {
    keys.closeAllConnections();
    keys.close();
    expect((await ask('me', await assertionOf(newSid()))).status).toBe(200);
  });

  it('without NATS asks the database once memory may not answer any more', async () => {
    const assertion = await assertionOf(newSid());
    await ask('me', assertion);
    await nats().kill();
    const { asked } = store;
    await until('the database is asked', async () => {
      await ask('me', assertion);
      return store.asked > asked ? true : undefined;
    });
    expect((await ask('me', assertion)).status).toBe(200);
    await store.applyEnded(endingOf(sidIn(assertion)), new Date());
    expect((await ask('me', assertion)).status).toBe(401);
  });
});

function ownerOf(sid: Sid): Omit<AppSession, 'revoked'> {
  const openedAt = new Date(Date.now() - 60_000);
  return { iss: ISSUER, sid, sub: endingOf(sid).sub!, openedAt, expiresAt: new Date(Date.now() + 3_600_000) };
}

function sidIn(assertion: string): Sid {
  const claims = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()) as { sid: Sid };
  return claims.sid;
}
