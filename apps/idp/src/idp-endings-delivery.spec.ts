import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { Browser } from '../test/browser.js';
import { crashingReplica, SHARED_ENV } from '../test/end-sessions.js';
import { LogoutReceiver, toldClients } from '../test/logout-receiver.js';
import { authorizeUrl, CLIENT_SECRET, operate, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const APPS = ['good', 'bad', 'other-good'];

let idp: TestIdp;
let databaseUrl: string;
let prisma: IdpPrisma;
let receiver: LogoutReceiver;
let awayPort: number;
let clients: readonly object[];
beforeAll(async () => {
  receiver = await LogoutReceiver.start();
  const away = await LogoutReceiver.start();
  awayPort = away.port;
  await away.close();
  clients = [
    ...toldClients(APPS, receiver.port, CLIENT_SECRET),
    ...toldClients(['away'], awayPort, CLIENT_SECRET),
    ...toldClients(['inside'], receiver.port, CLIENT_SECRET, {}, '127.0.0.1'), // only `localhost` is allowed
    ...toldClients(['metadata'], 80, CLIENT_SECRET, {}, '169.254.169.254'),
  ];
  databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl, { moreClients: () => clients, env: SHARED_ENV });
  prisma = new IdpPrisma(databaseUrl);
});
afterAll(async () => {
  await idp.close();
  await prisma.onApplicationShutdown();
  await receiver.close();
});
beforeEach(async () => {
  await prisma.sessionEnding.deleteMany(); // nothing is owed from before
  await prisma.artifact.deleteMany();
  receiver.received.length = 0;
  for (const app of APPS) receiver.behave(app, 'ok');
});

/** Signs Ana in to these apps with one session, and gives the session's uid. */
async function openSession(apps: readonly string[], browser = new Browser()): Promise<string> {
  await signIn(idp, browser, 'ana', apps[0]);
  for (const app of apps.slice(1)) await browser.get(authorizeUrl(idp, app, { prompt: 'none' }));
  const row = await prisma.artifact.findFirstOrThrow({ where: { model: 'Session', accountId: 'sub-ana' } });
  return row.uid!;
}

const deliveryTo = (clientId: string) => prisma.logoutDelivery.findFirst({ where: { clientId } });
const delivered = (clientId: string) =>
  until(`${clientId} is told`, async () => {
    const row = await deliveryTo(clientId);
    return row?.deliveredAt ? row : undefined;
  });

describe('a client that cannot be told at once', () => {
  it.each([
    ['answers 500', 'error', '500'],
    ['redirects', 'redirect', '302'],
    ['hangs', 'hang', 'timeout'],
  ] as const)('because it %s is told later with a new token, and the others at once', async (_what, manner, reason) => {
    receiver.behave('bad', manner);
    const uid = await openSession(APPS);
    const { body } = await operate(idp, 'DELETE', `/admin/sessions/${uid}`);
    const answeredMs = performance.now();
    expect(body).toMatchObject({
      ended: true,
      clients: expect.arrayContaining([
        { clientId: 'good', told: true },
        { clientId: 'other-good', told: true },
        { clientId: 'bad', told: false, detail: expect.stringContaining(reason) },
      ]),
    });
    receiver.behave('bad', 'ok');
    expect(await delivered('bad')).toMatchObject({ attempts: 2, lastError: null, dueAt: null, gaveUpAt: null });
    const [first, second] = receiver.of('bad');
    for (const app of ['good', 'other-good']) expect(receiver.of(app)[0]!.atMs).toBeLessThan(second!.atMs);
    expect(answeredMs).toBeLessThan(second!.atMs); // nobody waits for more than the first attempt
    expect(second!.claims.jti).not.toBe(first!.claims.jti);
    expect(second!.claims.sid).toBe(first!.claims.sid);
    expect(second!.claims.iat).toBeGreaterThanOrEqual(first!.claims.iat!);
    expect(second!.atMs - first!.atMs).toBeGreaterThan(850);
    expect(APPS.map((app) => receiver.of(app).length)).toEqual([1, 2, 1]);
  });

  it('because nobody listens there is told when it is back', async () => {
    const uid = await openSession(['good', 'away']);
    await operate(idp, 'DELETE', `/admin/sessions/${uid}`);
    const tried = await until('the first attempt', async () => (await deliveryTo('away'))?.lastError ?? undefined);
    expect(tried).toContain('ECONNREFUSED');
    const back = await LogoutReceiver.start(awayPort);
    await delivered('away');
    expect(back.of('away')).toHaveLength(1);
    await back.close();
  });

  it('keeps nobody at the logout page for longer than the first attempt', async () => {
    for (const app of APPS) receiver.behave(app, 'hang');
    const browser = new Browser();
    await openSession(APPS, browser);
    const page = await browser.get(new URL('/oidc/logout', idp.issuer));
    const done = await browser.submit(page, idp.issuer, { logout: 'yes' });
    const answeredMs = performance.now();
    expect(done.status).toBe(303);
    const again = await until('a second attempt', () => receiver.of('bad')[1]);
    expect(answeredMs).toBeLessThan(again.atMs);
  });

  it.each(['inside', 'metadata'])('because its address is on the private network is never called: %s', async (app) => {
    const uid = await openSession(['good', app]);
    await operate(idp, 'DELETE', `/admin/sessions/${uid}`);
    expect(await deliveryTo(app)).toMatchObject({ deliveredAt: null, lastError: expect.any(String) });
    expect(receiver.of(app)).toEqual([]);
    expect(receiver.of('good')).toHaveLength(1);
  });

  it('because its registration is gone is given up, and that is said', async () => {
    const uid = await openSession(['good']);
    const registered = [...clients, ...toldClients(['removed'], receiver.port, CLIENT_SECRET)];
    const row = await prisma.artifact.findUniqueOrThrow({ where: { uid } });
    const payload = row.payload as { authorizations: Record<string, object> };
    const authorizations = { ...payload.authorizations, removed: { sid: 'a-sid' } };
    await prisma.artifact.update({ where: { uid }, data: { payload: { ...payload, authorizations } } });
    await crashingReplica(prisma, registered).end(uid, { cause: 'operator', actor: 'operator' });
    const given = await until('it is given up', async () => {
      const found = await deliveryTo('removed');
      return found?.gaveUpAt ? found : undefined;
    });
    expect(given).toMatchObject({ attempts: 1, dueAt: null, lastError: 'the client is no longer registered' });
  });
});

describe('a client that hangs', () => {
  it('does not keep others waiting, however many sessions it must be told of', async () => {
    receiver.behave('bad', 'hang');
    const ending = {
      sessionUid: 's',
      sub: 'ana',
      cause: 'operator',
      actor: 'operator',
      push: true,
      endedAt: new Date(),
    };
    const of = (clientId: string) => ({
      id: crypto.randomUUID(),
      clientId,
      sub: 'ana',
      sid: 's',
      createdAt: new Date(),
    });
    const deliveries = [...Array.from({ length: 200 }, () => of('bad')), of('good')];
    const dueAt = new Date();
    await prisma.sessionEnding.create({
      data: {
        ...ending,
        id: crypto.randomUUID(),
        deliveries: { createMany: { data: deliveries.map((one) => ({ ...one, dueAt })) } },
      },
    });
    await delivered('good');
    // the hanging one has had no more than its share by then, of the hundreds that it is owed
    expect(receiver.of('bad').length).toBeLessThanOrEqual(4);
  });
});

describe('an IdP that stops between the end and the telling', () => {
  it('tells after its next start', async () => {
    const uid = await openSession(APPS);
    await idp.close();
    await crashingReplica(prisma, clients).end(uid, { cause: 'operator', actor: 'operator' });
    expect(receiver.received).toEqual([]);
    idp = await startTestIdp(databaseUrl, { moreClients: () => clients, env: SHARED_ENV });
    await Promise.all(APPS.map(delivered));
    expect(APPS.map((app) => receiver.of(app).length)).toEqual([1, 1, 1]);
  });

  it('tells again when it had begun, as soon as the lease is over', async () => {
    const uid = await openSession(['good']);
    const ended = await crashingReplica(prisma, clients).end(uid, { cause: 'operator', actor: 'operator' });
    await delivered('good');
    const lease = { deliveredAt: null, attempts: 1, dueAt: new Date(Date.now() + 500) };
    await prisma.logoutDelivery.updateMany({ where: { endingId: ended!.endingId }, data: lease });
    expect(await delivered('good')).toMatchObject({ attempts: 2 });
  });
});
