import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { answerOf, APP, appUrl, browserApp, redeemAt } from '../test/browser-apps.js';
import { type Answer, Browser } from '../test/browser.js';
import { signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

const OTHER_ORIGIN = 'http://127.0.0.1:4300/callback.html'; // registered for redirects, not for messages
let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    moreClients: () => [
      browserApp('spa'),
      browserApp('silent-spa', { allowed_web_origins: [] }),
      browserApp('modes', { response_modes: ['query', 'web_message'], allowed_web_origins: [] }),
      browserApp('consent', { first_party: false }),
    ],
  });
});
afterAll(() => idp.close());

const message = (extra: Readonly<Record<string, string>> = {}) => ({ response_mode: 'web_message', ...extra });
const silent = message({ prompt: 'none' });

async function signedIn(): Promise<Browser> {
  const browser = new Browser();
  await signIn(idp, browser, 'ana');
  return browser;
}

function directives({ headers }: Answer): Readonly<Record<string, string>> {
  const policy = headers.get('content-security-policy') ?? '';
  const pairs = policy.split(';').map((directive) => directive.trim().split(/\s+(.*)/s));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}

describe('an answer by web message', () => {
  it('goes to the origin of the redirect URI, with state and issuer, and its code is good', async () => {
    const answer = await (await signedIn()).get(appUrl(idp, 'spa', silent));
    expect(answer.status).toBe(200);
    expect(answerOf(answer)).toEqual({
      code: expect.any(String),
      state: 'a-state',
      iss: idp.issuer,
      session_state: expect.any(String),
    });
    expect(answer.text).toContain(`"redirect_uri":"${APP}/callback.html"`);
    expect(answer.text).not.toContain("'*'");
    expect(await redeemAt(idp, 'spa', answer)).toHaveProperty('id_token');
  });

  it.each([
    ['login_required', {}],
    ['invalid_request', { prompt: 'none login' }],
    ['invalid_request', { id_token_hint: 'rubbish' }],
    ['unsupported_response_type', { response_type: 'token' }],
  ])('says %s with state and issuer', async (error, extra) => {
    const answer = await new Browser().get(appUrl(idp, 'spa', { ...silent, ...extra }));
    expect(answerOf(answer)).toMatchObject({ error, state: 'a-state', iss: idp.issuer });
    expect(directives(answer)['frame-ancestors']).toBe(APP);
  });

  it('says consent_required', async () => {
    const answer = await (await signedIn()).get(appUrl(idp, 'consent', silent));
    expect(answerOf(answer)).toMatchObject({ error: 'consent_required', state: 'a-state', iss: idp.issuer });
  });

  it('T110: can be framed by the allowed origins alone, and runs no script but its own', async () => {
    const answer = await (await signedIn()).get(appUrl(idp, 'spa', silent));
    const script = /<script>([^]*)<\/script>/.exec(answer.text)?.[1] ?? '';
    expect(directives(answer)).toEqual({
      'default-src': "'none'",
      'script-src': `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
      'base-uri': "'none'",
      'frame-ancestors': APP,
    });
    for (const name of ['x-frame-options', 'cross-origin-opener-policy', 'access-control-allow-origin']) {
      expect(answer.headers.get(name)).toBeNull();
    }
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('carries tokens of the implicit flow to a client that has it', async () => {
    const answer = await (await signedIn()).get(appUrl(idp, 'spa', { ...silent, response_type: 'id_token token' }));
    expect(answerOf(answer)).toMatchObject({
      id_token: expect.any(String),
      access_token: expect.any(String),
      state: 'a-state',
      iss: idp.issuer,
    });
  });

  it('comes after a sign-in as well', async () => {
    const browser = new Browser();
    const asked = await browser.get(appUrl(idp, 'spa', message()));
    const page = await browser.get(asked.location!);
    const accepted = await browser.submit(page, idp.issuer, { login: 'ana', password: "ana's password" });
    const answer = await browser.get(accepted.location!);
    expect(answerOf(answer)).toMatchObject({ code: expect.any(String), state: 'a-state' });
    expect(directives(answer)['frame-ancestors']).toBe(APP);
  });
});

describe('a web message to an origin that is not allowed', () => {
  const elsewhere = { redirect_uri: OTHER_ORIGIN };

  it.each([
    ['signed in, at an origin for redirects only', 'spa', { ...silent, ...elsewhere }, true],
    ['not signed in', 'spa', { ...silent, ...elsewhere }, false],
    ['signed in, to a client that allows none', 'silent-spa', silent, true],
    ['signed in, to a client that lists the mode but no origin', 'modes', silent, true],
    ['with a mistake elsewhere in the request', 'modes', { ...silent, code_challenge: '' }, true],
    ['with tokens', 'spa', { ...silent, ...elsewhere, response_type: 'id_token token' }, true],
    ['which may show pages', 'spa', message(elsewhere), false],
  ])('is refused by a page that says nothing to anybody: %s', async (_what, clientId, extra, isSignedIn) => {
    const browser = isSignedIn ? await signedIn() : new Browser();
    const answer = await browser.get(appUrl(idp, clientId, extra));
    expect(answer.status).toBe(400);
    expect(answer.location).toBeUndefined();
    expect(answer.text).not.toMatch(/<script|postMessage|login_required|a-state/);
    expect(directives(answer)['frame-ancestors']).toBe("'none'");
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  });

  it('T111: is refused with web_message_uri as well', async () => {
    const answer = await (
      await signedIn()
    ).get(appUrl(idp, 'spa', { ...silent, web_message_uri: 'http://evil.test/' }));
    expect(answer.status).toBe(400);
    expect(answer.location).toBeUndefined();
    expect(answer.text).not.toContain('postMessage');
  });

  it.each([
    ['an unregistered redirect URI', { redirect_uri: 'http://evil.test/callback' }],
    ['an unknown client', { client_id: 'nobody' }],
  ])('is refused with %s', async (_what, extra) => {
    const answer = await (await signedIn()).get(appUrl(idp, 'spa', { ...silent, ...extra }));
    expect(answer).toMatchObject({ status: 400, location: undefined });
    expect(answer.text).not.toContain('postMessage');
  });
});
