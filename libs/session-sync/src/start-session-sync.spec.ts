import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { AppSession, Sid, SyncPlace } from '#session';
import { AppSessions } from '#session';
import { freePort } from '../../../test/support/free-port.js';
import { until } from '../../../test/support/until.js';
import { SessionSyncModule } from './session-sync.module.js';
import { startSessionSync } from './start-session-sync.js';

/** A store that owes a round, as after a crash, and counts who asks for it. Its database may be slow. */
class OwingStore extends AppSessions {
  asked = 0;
  askedForSids = 0;
  answer = (): void => undefined;

  owed(): Promise<Date> {
    this.asked += 1;
    return Promise.resolve(new Date(0));
  }
  owe(): Promise<void> {
    return Promise.resolve();
  }
  paid(): Promise<void> {
    return Promise.resolve();
  }
  find(): Promise<SyncPlace | undefined> {
    return Promise.resolve(undefined);
  }
  keep(): Promise<void> {
    return Promise.resolve();
  }
  after(): Promise<readonly Sid[]> {
    this.askedForSids += 1;
    return new Promise((resolve) => {
      this.answer = () => {
        resolve([]);
      };
    });
  }
  open(): Promise<AppSession> {
    return Promise.reject(new Error('nobody opens one here'));
  }
  applyEnded(): Promise<number> {
    return Promise.resolve(0);
  }
  removeExpired(): Promise<number> {
    return Promise.resolve(0);
  }
}

const serviceOf = async (store: OwingStore) => {
  const options = { service: 'notes', gateway: 'http://gateway.test', trustedIssuer: 'https://idp.example', store };
  @Module({ imports: [SessionSyncModule.forRoot({ ...options, nats: `nats://127.0.0.1:${await freePort()}` })] })
  class AppModule {}
  return AppModule;
};
const kinds = {
  'an application context': async (store: OwingStore) =>
    NestFactory.createApplicationContext(await serviceOf(store), { logger: false }),
  'an HTTP application': async (store: OwingStore) => {
    const app = await NestFactory.create(await serviceOf(store), new FastifyAdapter(), { logger: false });
    return app.init();
  },
};

describe.each(Object.entries(kinds))('the round of questions that is owed from before, in %s', (_kind, make) => {
  it('is not begun where nobody starts to hear endings', async () => {
    const store = new OwingStore();
    const app = await make(store);
    await new Promise(setImmediate); // what the making of providers began has come as far as the store by now
    await app.close();
    expect(store.asked).toBe(0);
  });

  it('is begun by startSessionSync, and the end of the application waits for the step under way', async () => {
    const store = new OwingStore();
    const app = await make(store);
    await startSessionSync(app);
    await until('it looks which sessions to ask about', () => (store.askedForSids > 0 ? true : undefined));
    let isClosed = false;
    const closed = app.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 50)); // an end that did not wait would be over by then
    expect(isClosed).toBe(false);
    store.answer();
    await closed;
    expect([store.asked, store.askedForSids]).toEqual([1, 1]);
  });
});
