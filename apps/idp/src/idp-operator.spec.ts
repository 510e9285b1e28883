import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { Browser } from '../test/browser.js';
import { everyPage, listed, order } from '../test/operator.js';
import {
  asClient,
  authorizeUrl,
  isActive,
  operate,
  OPERATOR_TOKEN,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
} from '../test/test-idp.js';

let idp: TestIdp;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  const fay = { password: "fay's password" };
  const ida = { totp_secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };
  idp = await startTestIdp(databaseUrl, { people: { cem: {}, dan: {}, eva: {}, fay, gus: {}, ida } });
});
afterAll(async () => {
  await idp.close();
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

const silentError = async (browser: Browser) =>
  (await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }))).location?.searchParams.get('error');

async function signInAs(browser: Browser, login: string, password: string): Promise<number> {
  const page = await browser.get((await browser.get(authorizeUrl(idp))).location!);
  return (await browser.submit(page, idp.issuer, { login, password })).status;
}

describe('people', () => {
  it('are made, found, changed and forgotten', async () => {
    const hal = { login: ' Hal ', name: 'Hal', email: 'hal@example.test', password: 'a good password' };
    const made = await order(idp, 'POST', '/admin/people', hal);
    expect(made).toMatchObject({ status: 201, body: { login: 'hal', disabled: false, mfa: false, autoSignIn: true } });
    expect(JSON.stringify(made.body)).not.toMatch(/assword"|scrypt|secret/);
    const path = made.headers.get('location')!;
    expect((await order(idp, 'GET', path)).body).toEqual(made.body);
    expect(await listed(idp, '/admin/people?search=HAL@EX')).toEqual([made.body]);
    expect(await signInAs(new Browser(), 'hal', 'a good password')).toBe(303);
    const changes = { name: 'Hal II', email: 'hal2@example.test', login: 'hal2', autoSignIn: false, mfaRequired: true };
    expect(await order(idp, 'PATCH', path, changes)).toMatchObject({ status: 200, body: changes });
    expect((await order(idp, 'DELETE', path)).body).toEqual({ removed: true });
    expect((await order(idp, 'GET', path)).status).toBe(404);
    expect((await order(idp, 'DELETE', path)).status).toBe(404);
    const deeds = await listed(idp, `/admin/audit?sub=${path.split('/').at(-1)}&limit=200`);
    expect(deeds.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['person.created', 'person.changed', 'person.removed']),
    );
    expect(deeds.find(({ action }) => action === 'person.changed')).toMatchObject({
      actor: 'operator',
      address: '127.0.0.1',
      detail: { members: expect.arrayContaining(Object.keys(changes)) },
    });
  });

  it.each<[string, object, string]>([
    ['a member that is not known', { admin: true }, 'admin: is not known here'],
    ['a short password', { password: 'short' }, 'password'],
    ['an empty name', { name: ' ' }, 'name'],
    ['no e-mail address', { email: 'me' }, 'email'],
    ['a NUL', { name: 'a\0b' }, 'NUL'],
    ['a sub with a slash', { sub: 'a/b' }, 'sub'],
  ])('are not made with %s', async (_what, members, named) => {
    const good = { login: 'ivy', name: 'Ivy', email: 'ivy@example.test', password: 'a good password' };
    const refused = await order(idp, 'POST', '/admin/people', { ...good, ...members });
    expect(refused.status).toBe(400);
    expect(String(refused.body.faults)).toContain(named);
    expect(JSON.stringify(refused.body)).not.toContain('a good password');
  });

  it('share no login and no sub', async () => {
    const twice = { login: 'ANA', name: 'A', email: 'a@example.test', password: 'a good password' };
    expect((await order(idp, 'POST', '/admin/people', twice)).status).toBe(409);
    expect((await order(idp, 'POST', '/admin/people', { ...twice, login: 'x', sub: 'sub-ana' })).status).toBe(409);
    expect((await order(idp, 'PATCH', '/admin/people/sub-ben', { login: 'ana' })).status).toBe(409);
  });

  it('are read page by page', async () => {
    const pages = await everyPage<{ sub: string }>(idp, '/admin/people?limit=3');
    expect(pages.slice(0, -1).every((page) => page.length === 3)).toBe(true);
    const subs = pages.flat().map(({ sub }) => sub);
    expect(subs).toEqual([...new Set(subs)]);
    expect(subs).toEqual(expect.arrayContaining(['sub-ana', 'sub-gus']));
  });

  it.each([
    [
      'a new password',
      'cem',
      (path: string) => order(idp, 'PATCH', path, { password: 'another password' }),
      'password_changed',
    ],
    ['disabled', 'dan', (path: string) => order(idp, 'PATCH', path, { disabled: true }), 'account_disabled'],
    ['removal', 'eva', (path: string) => order(idp, 'DELETE', path), 'account_disabled'],
  ])('lose all their sessions by %s, and the clients are told', async (_what, login, deed, cause) => {
    const browser = new Browser();
    const tokens = await redeem(idp, await signIn(idp, browser, login));
    expect((await deed(`/admin/people/sub-${login}`)).status).toBe(200);
    expect(await silentError(browser)).toBe('login_required');
    expect(await isActive(idp, tokens.refresh_token)).toBe(false);
    expect(await signInAs(new Browser(), login, `${login}'s password`)).toBe(401);
    const endings = await listed(idp, `/admin/endings?sub=sub-${login}`);
    expect(endings).toMatchObject([{ cause, actor: 'operator', push: true, deliveries: [{ clientId: 'gateway' }] }]);
  });

  it('lose their second factor only when they have one', async () => {
    expect((await order(idp, 'DELETE', '/admin/people/sub-fay/mfa')).body).toEqual({ reset: false });
    expect((await order(idp, 'DELETE', '/admin/people/nobody/mfa')).status).toBe(404);
    const needsCode = (await signIn(idp, new Browser(), 'ida')).location;
    expect(needsCode?.searchParams.has('code')).toBe(false);
    expect((await order(idp, 'GET', '/admin/people/sub-ida')).body.mfa).toBe(true);
    expect((await order(idp, 'DELETE', '/admin/people/sub-ida/mfa')).body).toEqual({ reset: true });
    expect((await signIn(idp, new Browser(), 'ida')).location?.searchParams.has('code')).toBe(true);
    expect(await listed(idp, '/admin/audit?sub=sub-ida&action=mfa.reset')).toMatchObject([
      { actor: 'operator', address: '127.0.0.1' },
    ]);
  });
});

describe('sessions', () => {
  it('are found by login, sub and client, one by one and page by page', async () => {
    const browsers = [new Browser(), new Browser(), new Browser()];
    for (const browser of browsers) await signIn(idp, browser, 'gus');
    await browsers[0]!.get(authorizeUrl(idp, 'other', { prompt: 'none' }));
    const sessions = await listed<{ id: string }>(idp, '/admin/sessions?login=gus');
    expect(sessions).toHaveLength(3);
    expect(await listed(idp, '/admin/sessions?sub=sub-gus')).toEqual(sessions);
    expect(await listed(idp, '/admin/people/sub-gus/sessions')).toEqual(sessions);
    expect((await everyPage(idp, '/admin/sessions?sub=sub-gus&limit=2')).map((page) => page.length)).toEqual([2, 1]);
    expect(await listed(idp, '/admin/sessions?sub=sub-gus&clientId=other')).toHaveLength(1);
    expect(await listed(idp, '/admin/sessions?sub=sub-gus&clientId=nobody')).toEqual([]);
    expect(await listed(idp, '/admin/sessions?sub=sub-gus&login=ana')).toEqual([]);
    expect((await order(idp, 'GET', `/admin/sessions/${sessions[0]!.id}`)).body).toEqual(sessions[0]);
    expect((await order(idp, 'GET', '/admin/sessions/unknown')).status).toBe(404);
  });

  it('of one person end all at once, told or untold', async () => {
    const told = await order(idp, 'DELETE', '/admin/people/sub-gus/sessions');
    expect(told).toMatchObject({ status: 200, body: { ended: 3, told: 4, notYetTold: 0 } });
    const browser = new Browser();
    await signIn(idp, browser, 'gus');
    const silent = await order(idp, 'DELETE', '/admin/people/sub-gus/sessions?push=none');
    expect(silent.body).toMatchObject({ ended: 1, told: 0, notYetTold: 0 });
    expect(await silentError(browser)).toBe('login_required');
    expect(await listed(idp, '/admin/people/sub-gus/sessions')).toEqual([]);
    expect((await order(idp, 'DELETE', '/admin/people/nobody/sessions')).status).toBe(404);
  });

  it('of everybody end only when that is confirmed', async () => {
    const browsers = { ana: new Browser(), ben: new Browser() };
    for (const [login, browser] of Object.entries(browsers)) await signIn(idp, browser, login);
    for (const path of ['/admin/sessions', '/admin/sessions?confirm=yes', '/admin/sessions?push=none']) {
      expect((await order(idp, 'DELETE', path)).status).toBe(400);
    }
    const { body } = await order(idp, 'DELETE', '/admin/sessions?confirm=all');
    expect(body.ended).toBeGreaterThanOrEqual(2);
    for (const browser of Object.values(browsers)) expect(await silentError(browser)).toBe('login_required');
    expect(await listed(idp, '/admin/sessions')).toEqual([]);
  });
});

describe('a request that is malformed', () => {
  it.each([
    ['GET', '/admin/people?limit=0'],
    ['GET', '/admin/people?limit=1&limit=2'],
    ['GET', '/admin/people?limit=many'],
    ['GET', '/admin/people?offset=3'],
    ['GET', '/admin/people?after=%00'],
    ['GET', '/admin/audit?after=-1'],
    ['GET', '/admin/audit?sub=%00'],
    ['GET', '/admin/audit?after=99999999999999999999'],
    ['GET', '/admin/endings?after=x'],
    ['GET', '/admin/deliveries?state=lost'],
    ['PATCH', '/admin/people/sub-ana'],
  ])('is answered 400: %s %s', async (method, path) => {
    const { status, headers } = await order(idp, method, path, method === 'PATCH' ? ['a list'] : undefined);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['GET', '/admin/people/%00'],
    ['GET', '/admin/people/%00/consents'],
    ['DELETE', '/admin/people/sub-ana/consents/%00'],
    ['GET', '/admin/clients/%00'],
    ['DELETE', '/admin/clients/%00'],
    ['DELETE', '/admin/keys/%00'],
    ['POST', '/admin/deliveries/unknown/retry'],
    ['POST', '/admin/deliveries/0191d8a0-0000-7000-8000-000000000000/retry'],
    ['GET', '/admin/nothing'],
  ])('is answered 404: %s %s', async (method, path) => {
    expect((await order(idp, method, path)).status).toBe(404);
  });

  it('is not one that says it brings JSON and brings nothing', async () => {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' };
    const path = `${idp.operator}/admin/people/sub-ana/sessions`;
    expect((await fetch(path, { method: 'DELETE', headers })).status).toBe(200);
    const rotation = { method: 'POST', headers, body: '' };
    expect((await fetch(`${idp.operator}/admin/keys/rotate`, rotation)).status).toBe(200);
    expect((await fetch(`${idp.operator}/admin/keys/rotate`, { ...rotation, body: '{' })).status).toBe(400);
  });

  it('is answered 401 without the token, whatever it asks for, and 404 on the public port', async () => {
    for (const path of ['/admin/people', '/admin/clients', '/admin/keys', '/admin/audit', '/admin/deliveries']) {
      expect((await operate(idp, 'GET', path, 'wrong')).status).toBe(401);
      expect((await operate(idp, 'GET', path)).headers.get('cache-control')).toBe('no-store');
      expect((await fetch(new URL(path, idp.issuer))).status).toBe(404);
    }
    expect((await asClient(idp, 'gateway', '/admin/people', {})).status).toBe(404);
  });
});
