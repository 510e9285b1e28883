import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { Browser } from '../test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../test/journey.js';
import {
  asClient,
  authorizeUrl,
  CLIENT_SECRET,
  isActive,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
} from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const PEOPLE = ['ana', 'ben', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon'];

const API = 'https://notes.test/';

let idp: TestIdp;
let prisma: IdpPrisma;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  prisma = new IdpPrisma(databaseUrl);
  idp = await startTestIdp(databaseUrl, {
    people: Object.fromEntries(PEOPLE.map((login) => [login, {}])),
    env: { IDP_APIS: JSON.stringify([{ identifier: API, name: 'the notes', scopes: ['read', 'write'] }]) },
    moreClients: () => ['partner', 'stranger'].map(thirdParty),
  });
});
afterAll(async () => {
  await idp.close();
  await prisma.$disconnect();
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

function thirdParty(id: string) {
  return {
    client_id: id,
    client_name: '<script>alert(1)</script> & Co',
    client_secret: CLIENT_SECRET,
    redirect_uris: [`http://${id}.test/callback`],
  };
}

/** Signs in at a third party's request and allows it. */
async function allow(login: string, clientId = 'partner', extra: Readonly<Record<string, string>> = {}) {
  const browser = new Browser();
  const page = await fillSignIn(idp, browser, await ask(idp, browser, clientId, extra), login);
  return { browser, page, back: await fill(idp, browser, page, { decision: 'allow' }) };
}

const refused = (error: string) => ({ error, state: 'a-state', iss: idp.issuer });

describe("consent to an app that is not the operator's own", () => {
  it('is asked on a page that says who wants what, for whom, and where that leads', async () => {
    const { page, back } = await allow('ana');
    expect(page.status).toBe(200);
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co');
    expect(page.text).not.toContain('<script');
    for (const words of ['know who you are', 'see your name', 'see your e-mail address', 'partner.test', 'ana']) {
      expect(page.text).toContain(words);
    }
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(decodeJwt((await redeem(idp, back, 'partner')).id_token).sub).toBe('sub-ana');
    const entry = await prisma.auditEntry.findFirst({ where: { sub: 'sub-ana', action: 'consent.granted' } });
    expect(entry).toMatchObject({ clientId: 'partner', detail: { scopes: ['openid', 'profile', 'email'] } });
  });

  it('is silently said to be missing, and leaves the session as it is (T102)', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ben');
    expect(await askSilently(idp, browser, 'partner')).toMatchObject(refused('consent_required'));
    expect(await askSilently(idp, browser, 'other')).toHaveProperty('code');
  });

  it('is remembered for the next session of this person, not for others, other apps or more', async () => {
    await allow('dan', 'partner', { scope: 'openid email' });
    const later = new Browser();
    await signIn(idp, later, 'dan');
    const less = { scope: 'openid email' };
    expect(await askSilently(idp, later, 'partner', less)).toHaveProperty('code');
    expect(await askSilently(idp, later, 'partner', { scope: 'openid' })).toHaveProperty('code');
    expect(await askSilently(idp, later, 'partner')).toMatchObject(refused('consent_required'));
    expect(await askSilently(idp, later, 'stranger', less)).toMatchObject(refused('consent_required'));
    const another = new Browser();
    await signIn(idp, another, 'ben');
    expect(await askSilently(idp, another, 'partner', less)).toMatchObject(refused('consent_required'));
  });

  it('adds up: what was allowed before stays allowed', async () => {
    const { browser } = await allow('eve', 'partner', { scope: 'openid email' });
    await fill(idp, browser, await ask(idp, browser, 'partner', { scope: 'openid profile' }), { decision: 'allow' });
    expect(await askSilently(idp, browser, 'partner')).toHaveProperty('code');
  });

  it('names the APIs that the app asks for, and covers no more of them', async () => {
    const { browser, page, back } = await allow('jon', 'partner', { scope: 'openid read', resource: API });
    expect(page.text).toContain('use the notes for you: read');
    const { access_token: token } = await redeem(idp, back, 'partner');
    expect(decodeJwt(token)).toMatchObject({ aud: API, scope: 'read', sub: 'sub-jon' });
    const silently = (scope: string) => askSilently(idp, browser, 'partner', { scope, resource: API });
    expect(await silently('openid read')).toHaveProperty('code');
    expect(await silently('openid write')).toMatchObject(refused('consent_required'));
  });

  it('can be refused: the app hears access_denied, and the next silent request consent_required', async () => {
    const browser = new Browser();
    const page = await fillSignIn(idp, browser, await ask(idp, browser, 'partner'), 'fay');
    const back = await fill(idp, browser, page, { decision: 'deny' });
    expect(back.status).toBe(303);
    expect(Object.fromEntries(back.location!.searchParams)).toMatchObject(refused('access_denied'));
    expect(await askSilently(idp, browser, 'partner')).toMatchObject(refused('consent_required'));
  });

  it('is asked again when it was withdrawn, also within a session that was given it', async () => {
    const { browser } = await allow('gus');
    expect(await askSilently(idp, browser, 'partner')).toHaveProperty('code');
    await prisma.consent.deleteMany({ where: { sub: 'sub-gus' } });
    expect(await askSilently(idp, browser, 'partner')).toMatchObject(refused('consent_required'));
    expect((await ask(idp, browser, 'partner')).text).toContain('<h1>Allow access?</h1>');
  });

  it('stands when the app has revoked its tokens', async () => {
    const { browser, back } = await allow('hal');
    const { refresh_token: token } = await redeem(idp, back, 'partner');
    await asClient(idp, 'partner', '/oauth/revoke', { token: token! });
    expect(await isActive(idp, token, 'partner')).toBe(false);
    expect(await askSilently(idp, browser, 'partner')).toHaveProperty('code');
  });

  it('is given by no form without its token, from no other browser, and not after the session has ended', async () => {
    const browser = new Browser();
    const page = await fillSignIn(idp, browser, await ask(idp, browser, 'partner'), 'ida');
    const action = new URL(/action="([^"]+)"/.exec(page.text)?.[1] ?? '', idp.issuer);
    expect((await browser.post(action, { decision: 'allow' })).status).toBe(403);
    expect((await browser.post(action, { token: 'x', decision: 'allow' })).status).toBe(403);
    expect((await new Browser().submit(page, idp.issuer, { decision: 'allow' })).status).toBe(400);
    const signInAction = new URL(action.pathname.replace('/consent', ''), idp.issuer);
    const skipped = await browser.post(signInAction, { login: 'ida', password: "ida's password" });
    expect(skipped.status).toBe(400); // a page answers its own question alone

    await prisma.artifact.deleteMany({ where: { model: 'Session', accountId: 'sub-ida' } });
    expect((await browser.submit(page, idp.issuer, { decision: 'allow' })).status).toBe(400);
    expect(await prisma.consent.count({ where: { sub: 'sub-ida' } })).toBe(0);
  });
});

describe("consent to the operator's own app", () => {
  it('is not asked for, unless the app wants it asked', async () => {
    const browser = new Browser();
    const back = await signIn(idp, browser, 'ben');
    expect(back.location?.searchParams.has('code')).toBe(true);
    const page = await ask(idp, browser, 'gateway', { prompt: 'consent' });
    expect(page.text).toContain('<h1>Allow access?</h1>');
    expect((await fill(idp, browser, page, { decision: 'allow' })).location?.searchParams.has('code')).toBe(true);
  });
});

describe('access while the person is away', () => {
  it('is asked for with prompt=consent and outlives the sign-out; without it, it is not given', async () => {
    const extra = { scope: 'openid offline_access', prompt: 'consent' };
    const browser = new Browser();
    const page = await fillSignIn(idp, browser, await ask(idp, browser, 'gateway', extra), 'ben');
    expect(page.text).toContain('after you have signed out');
    const offline = await redeem(idp, await fill(idp, browser, page, { decision: 'allow' }));
    const silent = await browser.get(authorizeUrl(idp, 'other', { prompt: 'none', scope: 'openid offline_access' }));
    const online = await redeem(idp, silent, 'other');
    const granted = (tokens: object) => ('scope' in tokens ? tokens.scope : undefined);
    expect([granted(offline), granted(online)]).toEqual(['openid offline_access', 'openid']);
    await prisma.artifact.deleteMany({ where: { model: 'Session', accountId: 'sub-ben' } });
    expect(await isActive(idp, offline.refresh_token)).toBe(true);
    expect(await isActive(idp, online.refresh_token, 'other')).toBe(false);
  });
});
