import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import {
  HubDatabase,
  PgOutbox,
  PrismaBrowserSessions,
  PrismaCanaries,
  PrismaLoginTransactions,
  PrismaProbeQueue,
  PrismaSeenTokens,
  PrismaSessionTokens,
  PrismaSsoSessions,
  TokenCipher,
} from '#store';
import { TestClock } from './clock.js';
import { freshDatabase } from './databases.js';

/** The hub's stores on a database of this suite's own. */
export interface Hub {
  readonly url: string;
  readonly clock: TestClock;
  readonly database: HubDatabase;
  readonly sessions: PrismaSsoSessions;
  readonly tokens: PrismaSessionTokens;
  readonly browsers: PrismaBrowserSessions;
  readonly transactions: PrismaLoginTransactions;
  readonly seen: PrismaSeenTokens;
  readonly queue: PrismaProbeQueue;
  readonly canaries: PrismaCanaries;
  readonly outbox: PgOutbox;
}

/** Opens the stores on `url`. The caller disconnects `database`. */
export function hubOn(url: string, clock = new TestClock()): Hub {
  const database = new HubDatabase(url);
  const cipher = new TokenCipher([{ kid: 'k1', secret: randomBytes(32) }]);
  const origin = { source: 'urn:sso:test', tenant: undefined };
  return {
    ...{ url, clock, database },
    sessions: new PrismaSsoSessions(database, cipher, clock, origin),
    tokens: new PrismaSessionTokens(database, cipher),
    browsers: new PrismaBrowserSessions(database),
    transactions: new PrismaLoginTransactions(database, cipher, clock),
    seen: new PrismaSeenTokens(database),
    queue: new PrismaProbeQueue(database, cipher, url),
    canaries: new PrismaCanaries(database),
    outbox: new PgOutbox(url, clock, Math.random),
  };
}

/** Gives this suite a hub; it is closed after the last test. */
export function hubForSuite(): () => Hub {
  let hub: Hub | undefined;
  beforeAll(async () => {
    hub = hubOn(await freshDatabase('hub'));
  }, 60_000);
  afterAll(async () => {
    await hub?.outbox.onApplicationShutdown();
    await hub?.queue.onApplicationShutdown();
    await hub?.database.$disconnect();
  });
  return () => hub!;
}
