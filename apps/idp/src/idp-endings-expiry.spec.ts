import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { Browser } from '../test/browser.js';
import { SHARED_ENV } from '../test/end-sessions.js';
import { LogoutReceiver, toldClients } from '../test/logout-receiver.js';
import {
  authorizeUrl,
  CLIENT_SECRET,
  isActive,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
  type Tokens,
} from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const IDLE_S = 4;
const ABSOLUTE_S = 12;
/** Longer than the idle limit, and far from the absolute one, also on a slow machine. */
const IN_USE_S = 6;
const SESSIONS = 6;

let replicas: readonly TestIdp[];
let prisma: IdpPrisma;
let receiver: LogoutReceiver;
const idp = () => replicas[0]!;
beforeAll(async () => {
  receiver = await LogoutReceiver.start();
  const databaseUrl = await freshDatabase('idp');
  const env = { ...SHARED_ENV, SESSION_IDLE_S: String(IDLE_S), SESSION_ABSOLUTE_S: String(ABSOLUTE_S) };
  const options = { env, moreClients: () => toldClients(['app-a', 'app-b'], receiver.port, CLIENT_SECRET) };
  const first = await startTestIdp(databaseUrl, options);
  replicas = [first, await startTestIdp(databaseUrl, options)];
  prisma = new IdpPrisma(databaseUrl);
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await prisma.onApplicationShutdown();
  await receiver.close();
});
beforeEach(() => {
  receiver.received.length = 0;
});

const isSignedIn = async (browser: Browser, app = 'app-a') => {
  const silent = await browser.get(authorizeUrl(idp(), app, { prompt: 'none' }));
  return silent.location?.searchParams.has('code') === true;
};
const endings = () => prisma.sessionEnding.findMany({ orderBy: { endedAt: 'asc' } });
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a session that nobody uses', () => {
  it('ends at its instant, with every token and grant, and each client is told once, whatever the replicas do', async () => {
    const tokens: Tokens[] = [];
    for (let session = 0; session < SESSIONS; session += 1) {
      const browser = new Browser();
      tokens.push(await redeem(idp(), await signIn(idp(), browser, 'ana', 'app-a'), 'app-a'));
      expect(await isSignedIn(browser, 'app-b')).toBe(true);
    }
    await until('all are told', () => receiver.received.length >= 2 * SESSIONS || undefined);
    await rest(1_500); // a replica that would tell again has had its turn
    expect(new Set(receiver.received.map(({ claims }) => claims.sid)).size).toBe(2 * SESSIONS);
    expect(receiver.received).toHaveLength(2 * SESSIONS);
    const rows = await endings();
    expect(rows).toHaveLength(SESSIONS);
    expect(rows.every(({ cause, actor }) => cause === 'idle_expired' && actor === 'system')).toBe(true);
    for (const { refresh_token: token } of tokens) expect(await isActive(idp(), token, 'app-a')).toBe(false);
    expect(await prisma.artifact.count({ where: { accountId: 'sub-ana' } })).toBe(0);
  });
});

describe('a session in use', () => {
  it('lives on beyond the idle limit, and ends at the absolute one', async () => {
    const before = (await endings()).length;
    const browser = new Browser();
    await signIn(idp(), browser, 'ben', 'app-a');
    const seen = [];
    for (let second = 0; second < IN_USE_S; second += 1) {
      await rest(1_000);
      seen.push(await isSignedIn(browser));
    }
    expect(seen).toEqual(Array(IN_USE_S).fill(true));
    const [ending] = await until('it ended', async () => {
      await isSignedIn(browser); // in use to the last
      const rows = (await endings()).slice(before);
      return rows.length > 0 ? rows : undefined;
    });
    expect(ending).toMatchObject({ cause: 'absolute_expired', actor: 'system', sub: 'sub-ben' });
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('is not prolonged by the page that asks whether to sign out', async () => {
    const browser = new Browser();
    await signIn(idp(), browser, 'ben', 'app-a');
    const where = { model: 'Session', accountId: 'sub-ben' };
    const { expiresAt } = await prisma.artifact.findFirstOrThrow({ where });
    await rest(1_100);
    expect((await browser.get(new URL('/oidc/logout', idp().issuer))).text).toContain('Sign out?');
    const after = await prisma.artifact.findFirstOrThrow({ where });
    expect(Math.abs(after.expiresAt!.getTime() - expiresAt!.getTime())).toBeLessThan(1_000);
  });
});
