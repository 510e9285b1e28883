import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { Authenticator } from '../test/authenticator.js';
import { Browser, type Answer } from '../test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../test/journey.js';
import { authorizeUrl, redeem, startTestIdp, type TestIdp } from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';
import { MFA_ACR } from './mfa/mfa-prompt.js';

const SECRETS = { cem: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', eda: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };
const app = { cem: new Authenticator(SECRETS.cem), eda: new Authenticator(SECRETS.eda) };
let idp: TestIdp;
let prisma: IdpPrisma;

beforeAll(async () => {
  const url = await freshDatabase('idp');
  prisma = new IdpPrisma(url);
  idp = await startTestIdp(url, {
    people: {
      cem: { totp_secret: SECRETS.cem },
      eda: { totp_secret: SECRETS.eda },
      dora: { mfa_required: true },
      finn: { mfa_required: true },
    },
  });
});
afterAll(async () => {
  await idp.close();
  await prisma.onApplicationShutdown();
});

/** Codes work once: as if a minute had passed since the last one. */
const forgetSteps = () => prisma.account.updateMany({ data: { totpLastStep: null } });

async function enter(browser: Browser, login: string, extra: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return fillSignIn(idp, browser, await ask(idp, browser, 'gateway', extra), login);
}

async function cemSignedIn(): Promise<{ readonly browser: Browser; readonly back: Answer; readonly code: string }> {
  await forgetSteps();
  const browser = new Browser();
  const page = await enter(browser, 'cem');
  const code = app.cem.code();
  return { browser, back: await fill(idp, browser, page, { code }), code };
}

describe('signing in with a second factor', () => {
  it('asks for the code after the password, and tells the client of both', async () => {
    await forgetSteps();
    const browser = new Browser();
    const page = await enter(browser, 'cem');
    expect(page.text).toContain('inputmode="numeric"');
    expect(page.text).toContain('autocomplete="one-time-code"');
    expect(await askSilently(idp, browser)).toMatchObject({ error: 'interaction_required' });
    const back = await fill(idp, browser, page, { code: app.cem.code() });
    const { id_token: idToken } = await redeem(idp, back);
    expect(decodeJwt(idToken)).toMatchObject({ sub: 'sub-cem', amr: ['pwd', 'otp', 'mfa'], acr: MFA_ACR });
  });

  it('does so once per session: silent renewal goes on, for other clients too, and auth_time stays', async () => {
    const { browser, back } = await cemSignedIn();
    const first = decodeJwt((await redeem(idp, back)).id_token);
    for (const clientId of ['gateway', 'other']) {
      const silent = await browser.get(authorizeUrl(idp, clientId, { prompt: 'none' }));
      const { auth_time, amr } = decodeJwt((await redeem(idp, silent, clientId)).id_token);
      expect({ auth_time, amr }).toEqual({ auth_time: first.auth_time, amr: first.amr });
    }
    const again = await browser.get(authorizeUrl(idp));
    expect(again.location?.searchParams.get('code')).toEqual(expect.any(String));
  });

  it('keeps it through the same password in the same session, and asks again in another', async () => {
    const { browser } = await cemSignedIn();
    const back = await enter(browser, 'cem', { prompt: 'login' });
    expect(decodeJwt((await redeem(idp, back)).id_token)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
    expect((await enter(new Browser(), 'cem')).text).toContain('Enter your code');
  });

  it('lets nobody pass who goes back to the client without a code', async () => {
    const browser = new Browser();
    await enter(browser, 'cem');
    const again = await ask(idp, browser);
    expect(again.text).toContain('Enter your code');
  });

  it('takes no code twice, no wrong one, and none without the token of the form', async () => {
    const { browser: other, code: used } = await cemSignedIn();
    const browser = new Browser();
    const page = await enter(browser, 'cem');
    for (const code of [used, '12345', 'x'.repeat(5000), '２８７０８２']) {
      const refused = await browser.submit(page, idp.issuer, { code });
      expect([refused.status, refused.location]).toEqual([401, undefined]);
    }
    expect((await browser.submit(page, idp.issuer, { code: app.cem.code(1), token: 'x' })).status).toBe(403);
    const action = /action="([^"]+)"/.exec(page.text)![1]!;
    expect((await other.post(new URL(action, idp.issuer), { code: app.cem.code(1) })).status).toBe(400);
  });
});

describe('a client that asks for a second factor', () => {
  it('gets it from people who have none by having them set one up, silently interaction_required', async () => {
    const browser = new Browser();
    const back = await enter(browser, 'ana');
    expect(decodeJwt((await redeem(idp, back)).id_token)).not.toHaveProperty('acr');
    expect(await askSilently(idp, browser, 'other', { acr_values: `x ${MFA_ACR}` })).toMatchObject({
      error: 'interaction_required',
      state: 'a-state',
      iss: idp.issuer,
    });
    const page = await ask(idp, browser, 'other', { acr_values: MFA_ACR });
    // The session is open already, but only who knows the password may tie an app of theirs to the account.
    expect(page.text).toContain('type="password"');
    expect((await fillSignIn(idp, browser, page, 'ana')).text).toContain('Set up a second factor');
  });

  it('can ask for it anew with prompt=mfa', async () => {
    const { browser } = await cemSignedIn();
    await forgetSteps();
    const page = await ask(idp, browser, 'gateway', { prompt: 'mfa' });
    const back = await fill(idp, browser, page, { code: app.cem.code() });
    expect(back.location?.searchParams.get('code')).toEqual(expect.any(String));
  });

  it('learns from discovery that it can', async () => {
    const { text } = await new Browser().get(`${idp.issuer}/.well-known/openid-configuration`);
    expect(JSON.parse(text)).toMatchObject({ acr_values_supported: [MFA_ACR] });
  });
});

describe('setting a second factor up', () => {
  it('shows the key in three ways, wants a code, gives the recovery codes once, and goes on', async () => {
    const browser = new Browser();
    const page = await enter(browser, 'dora');
    const key = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.text)![1]!.replaceAll(' ', '');
    expect(page.text).toContain('<svg');
    expect(page.text).toContain(`otpauth://totp/localhost`);
    expect(page.text).toContain(`secret=${key}`);
    expect(page.text).not.toMatch(/ style="|<style|<script/);
    const phone = Authenticator.fromPage(page);
    const wrong = await browser.submit(page, idp.issuer, { code: '000000' === phone.code() ? '111111' : '000000' });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain(/secret=[A-Z2-7]+/.exec(page.text)![0]);
    const codes = await browser.submit(wrong, idp.issuer, { code: phone.code() });
    const recoveryCodes = [...codes.text.matchAll(/<code>([\w-]{14})<\/code>/g)].map(([, code]) => code!);
    expect(recoveryCodes).toHaveLength(10);
    const action = /action="([^"]+)"/.exec(codes.text)![1]!;
    const back = await browser.get(new URL(`${action}?`, idp.issuer));
    expect(decodeJwt((await redeem(idp, back)).id_token)).toMatchObject({ sub: 'sub-dora', acr: MFA_ACR });

    const elsewhere = new Browser();
    const asked = await enter(elsewhere, 'dora');
    const link = /href="([^"]+\/recovery)"/.exec(asked.text)![1]!;
    const form = await elsewhere.get(new URL(link, idp.issuer));
    const used = await fill(idp, elsewhere, form, { code: recoveryCodes[3]! });
    expect(used.location?.searchParams.get('code')).toEqual(expect.any(String));
    const third = new Browser();
    const again = await third.get(
      new URL(/href="([^"]+\/recovery)"/.exec((await enter(third, 'dora')).text)![1]!, idp.issuer),
    );
    expect((await third.submit(again, idp.issuer, { code: recoveryCodes[3]! })).status).toBe(401);
  });

  it('takes no key that the page of another browser was given', async () => {
    const [mine, theirs] = [new Browser(), new Browser()];
    const page = await enter(mine, 'finn');
    const other = await enter(theirs, 'finn');
    const enrolment = /name="enrolment" value="([^"]+)"/.exec(other.text)![1]!;
    const code = Authenticator.fromPage(other).code();
    expect((await mine.submit(page, idp.issuer, { enrolment, code })).status).toBe(403);
    expect(await prisma.account.findUnique({ where: { sub: 'sub-finn' } })).toMatchObject({ totpSecret: null });
  });
});

describe('guessing codes', () => {
  const wrongCode = async (browser: Browser, page: Answer) =>
    (await browser.submit(page, idp.issuer, { code: 'zzzz' })).status;

  it('ends after five in five minutes, over all browsers, with a page that says when, but not in one that has passed', async () => {
    const own = new Browser();
    const passed = await fill(idp, own, await enter(own, 'eda'), { code: app.eda.code() });
    expect(passed.location?.searchParams.get('code')).toEqual(expect.any(String));
    const [one, two] = [new Browser(), new Browser()];
    const [pageOne, pageTwo] = [await enter(one, 'eda'), await enter(two, 'eda')];
    const statuses: number[] = [];
    while (statuses.length < 6) statuses.push(await wrongCode(one, pageOne), await wrongCode(two, pageTwo));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const refused = await two.submit(pageTwo, idp.issuer, { code: app.eda.code(1) });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(200);
    expect(refused.text).toMatch(/try again in [45] minutes/);

    const page = await ask(idp, own, 'gateway', { prompt: 'mfa' });
    const back = await fill(idp, own, page, { code: app.eda.code(1) });
    expect(back.location?.searchParams.get('code')).toEqual(expect.any(String));
  });

  it('is written down', async () => {
    const deeds = await prisma.auditEntry.findMany({ where: { sub: 'sub-eda', action: { startsWith: 'mfa.' } } });
    expect(deeds.filter(({ action }) => action === 'mfa.refused')).toHaveLength(5);
    expect(deeds[1]).toMatchObject({
      actor: 'sub-eda',
      clientId: 'gateway',
      address: expect.stringMatching(/127|::1/),
    });
    expect(JSON.stringify(deeds.map(({ detail }) => detail))).not.toMatch(/zzzz|\d{6}/);
  });
});
