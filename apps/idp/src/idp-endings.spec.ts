import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { Browser } from '../test/browser.js';
import { crashingReplica } from '../test/end-sessions.js';
import { LogoutReceiver, toldClients } from '../test/logout-receiver.js';
import {
  authorizeUrl,
  CLIENT_SECRET,
  isActive,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
  type Tokens,
} from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const APPS = ['app-a', 'app-b', 'app-c'];
const NO_BACKCHANNEL = { backchannel_logout_uri: undefined, backchannel_logout_session_required: undefined };

let idp: TestIdp;
let prisma: IdpPrisma;
let receiver: LogoutReceiver;
let clients: readonly object[];
beforeAll(async () => {
  receiver = await LogoutReceiver.start();
  clients = [
    ...toldClients(APPS, receiver.port, CLIENT_SECRET),
    ...toldClients(['deaf'], receiver.port, CLIENT_SECRET, NO_BACKCHANNEL),
  ];
  const databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl, { moreClients: () => clients });
  prisma = new IdpPrisma(databaseUrl);
});
afterAll(async () => {
  await idp.close();
  await prisma.onApplicationShutdown();
  await receiver.close();
});
beforeEach(async () => {
  await prisma.artifact.deleteMany(); // what the case before has left
  receiver.received.length = 0;
});

/** Signs a person in to all apps with one session. */
async function openSession(browser: Browser, login: string): Promise<ReadonlyMap<string, Tokens>> {
  const tokens = new Map([[APPS[0]!, await redeem(idp, await signIn(idp, browser, login, APPS[0]), APPS[0])]]);
  for (const app of [...APPS.slice(1), 'deaf']) {
    const silent = await browser.get(authorizeUrl(idp, app, { prompt: 'none' }));
    tokens.set(app, await redeem(idp, silent, app));
  }
  return tokens;
}

async function uidOf(login: string): Promise<string> {
  const row = await prisma.artifact.findFirstOrThrow({ where: { model: 'Session', accountId: `sub-${login}` } });
  return row.uid!;
}

async function signOut(browser: Browser): Promise<void> {
  const page = await browser.get(new URL('/oidc/logout', idp.issuer));
  await browser.submit(page, idp.issuer, { logout: 'yes' });
}

async function takePlace(browser: Browser, login: string): Promise<void> {
  const asked = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'login' }));
  const page = await browser.get(asked.location!);
  const accepted = await browser.submit(page, idp.issuer, { login, password: `${login}'s password` });
  const switching = await browser.get(accepted.location!);
  const back = await browser.submit(switching, idp.issuer, {});
  const again = await browser.get(back.location!);
  expect(again.location?.searchParams.has('code')).toBe(true);
}

type Way = readonly [cause: string, actor: string, end: (browser: Browser, uid: string) => Promise<unknown>];
const asOperator = (method: string, path: string, body?: object) => operate(idp, method, path, undefined, body);
const WAYS: readonly Way[] = [
  ['signed_out', 'sub-ana', (browser) => signOut(browser)],
  ['account_switched', 'sub-ana', (browser) => takePlace(browser, 'ben')],
  ['operator', 'operator', (_browser, uid) => asOperator('DELETE', `/admin/sessions/${uid}`)],
  [
    'account_page',
    'sub-ana',
    () => crashingReplica(prisma, clients).endAllOf('sub-ana', { cause: 'account_page', actor: 'sub-ana' }),
  ],
  [
    'password_changed',
    'operator',
    () => asOperator('PATCH', '/admin/people/sub-ana', { password: "ana's password, which is quite new" }),
  ],
  [
    'mfa_reset',
    'operator',
    () =>
      crashingReplica(prisma, clients).endAllOf('sub-ana', { cause: 'mfa_reset', actor: 'operator', offlineToo: true }),
  ],
  ['account_disabled', 'operator', () => asOperator('PATCH', '/admin/people/sub-ana', { disabled: true })],
];

describe('the end of a session', () => {
  it.each(WAYS)('by %s is the same as by any other way', async (cause, actor, end) => {
    const person = { password: "ana's password", disabled: false };
    expect((await asOperator('PATCH', '/admin/people/sub-ana', person)).status).toBe(200);
    const browser = new Browser();
    const tokens = await openSession(browser, 'ana');
    const uid = await uidOf('ana');
    await end(browser, uid);
    await until('every app is told', () => receiver.received.length >= APPS.length || undefined);

    const jwks = createLocalJWKSet((await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet);
    for (const app of APPS) {
      expect(receiver.of(app)).toHaveLength(1);
      const options = { issuer: idp.issuer, audience: app, typ: 'logout+jwt', requiredClaims: ['jti', 'iat', 'exp'] };
      const { payload } = await jwtVerify(receiver.of(app)[0]!.token, jwks, options);
      expect(payload).toMatchObject({
        sub: 'sub-ana',
        sid: decodeJwt(tokens.get(app)!.id_token).sid,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      });
      expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(120);
      expect(payload).not.toHaveProperty('nonce');
    }
    for (const [app, { access_token: accessToken, refresh_token: refreshToken }] of tokens) {
      expect(await isActive(idp, accessToken, app)).toBe(false);
      expect(await isActive(idp, refreshToken, app)).toBe(false);
    }
    expect(await prisma.artifact.count({ where: { uid } })).toBe(0);
    expect(await prisma.artifact.count({ where: { accountId: 'sub-ana', model: { not: 'Session' } } })).toBe(0);

    const endings = await prisma.sessionEnding.findMany({ where: { sessionUid: uid }, include: { deliveries: true } });
    expect(endings).toMatchObject([{ sub: 'sub-ana', clientId: null, cause, actor, push: true }]);
    const deliveries = await until('all results are written down', async () => {
      const rows = await prisma.logoutDelivery.findMany({ where: { endingId: endings[0]!.id } });
      return rows.every(({ deliveredAt }) => deliveredAt !== null) ? rows : undefined;
    });
    expect(deliveries.map(({ clientId }) => clientId).sort()).toEqual(APPS);
    expect(deliveries.every(({ attempts, dueAt, lastError }) => attempts === 1 && !dueAt && !lastError)).toBe(true);
    const audit = await prisma.auditEntry.findMany({ where: { sessionId: uid, action: 'session.ended' } });
    expect(audit).toMatchObject([{ actor, sub: 'sub-ana', detail: { cause, push: true } }]);
    expect(receiver.received).toHaveLength(APPS.length);
  });

  it('is once when ten ask for it at the same instant', async () => {
    await openSession(new Browser(), 'ben');
    const uid = await uidOf('ben');
    const asked = Array.from({ length: 10 }, () => asOperator('DELETE', `/admin/sessions/${uid}`));
    const answers = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(answers).toEqual([200, ...Array.from({ length: 9 }, () => 404)]);
    expect(receiver.received).toHaveLength(APPS.length);
    expect(await prisma.sessionEnding.count({ where: { sessionUid: uid } })).toBe(1);
  });

  it('misses no app that is being let in meanwhile: it is told, or has got nothing', async () => {
    for (let round = 0; round < 5; round += 1) {
      receiver.received.length = 0;
      const browser = new Browser();
      await signIn(idp, browser, 'ben', APPS[0]);
      const uid = await uidOf('ben');
      const [letIn] = await Promise.all([
        browser.get(authorizeUrl(idp, APPS[1], { prompt: 'none' })),
        asOperator('DELETE', `/admin/sessions/${uid}`),
      ]);
      const told = receiver.of(APPS[1]!).length === 1;
      expect(told || letIn.location?.searchParams.get('error') === 'login_required').toBe(true);
      expect(await redeem(idp, letIn, APPS[1])).toHaveProperty('error');
    }
  });

  it('takes back what a request was about to answer, when it comes first', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ben', APPS[0]);
    const uid = await uidOf('ben');
    const silent = await prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM "Artifact" WHERE "uid" = ${uid} FOR UPDATE`;
      const answer = browser.get(authorizeUrl(idp, APPS[1], { prompt: 'none' }));
      await until('the request waits to write the session', async () => {
        const waiting = await prisma.$queryRaw<unknown[]>`
          SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return waiting[0];
      });
      await tx.artifact.deleteMany({ where: { uid } });
      return { answer };
    });
    const { location } = await silent.answer;
    expect(Object.fromEntries(location!.searchParams)).toMatchObject({ error: 'login_required', state: 'a-state' });
    expect(location!.searchParams.has('code')).toBe(false);
  });

  it('tells nobody with push=none, and it is seen that nobody was told', async () => {
    await openSession(new Browser(), 'ben');
    const uid = await uidOf('ben');
    await asOperator('DELETE', `/admin/sessions/${uid}?push=none`);
    const ending = await prisma.sessionEnding.findFirst({ where: { sessionUid: uid }, include: { deliveries: true } });
    expect(ending).toMatchObject({ push: false, deliveries: [] });
    expect(receiver.received).toEqual([]);
  });

  it('for one client leaves the session and the other clients alone', async () => {
    const browser = new Browser();
    const tokens = await openSession(browser, 'ben');
    const uid = await uidOf('ben');
    const how = { cause: 'consent_withdrawn', actor: 'sub-ben' } as const;
    expect(await crashingReplica(prisma, clients).endClient('sub-ben', 'app-b', how)).toHaveLength(1);
    await until('the client is told', () => receiver.of('app-b')[0]);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.of('app-b')[0]?.claims.sid).toBe(decodeJwt(tokens.get('app-b')!.id_token).sid);
    expect(await isActive(idp, tokens.get('app-b')!.refresh_token, 'app-b')).toBe(false);
    expect(await isActive(idp, tokens.get('app-a')!.refresh_token, 'app-a')).toBe(true);
    const ending = await prisma.sessionEnding.findFirst({ where: { sessionUid: uid } });
    expect(ending).toMatchObject({ cause: 'consent_withdrawn', clientId: 'app-b' });
    const silent = await browser.get(authorizeUrl(idp, 'app-b', { prompt: 'none' }));
    expect(decodeJwt((await redeem(idp, silent, 'app-b')).id_token).sid).not.toBe(receiver.of('app-b')[0]?.claims.sid);
  });
});
