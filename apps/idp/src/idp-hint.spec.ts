import { createPublicKey } from 'node:crypto';
import {
  decodeJwt,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { answerOf } from '../test/browser-apps.js';
import { type Answer, Browser } from '../test/browser.js';
import {
  asClient,
  authorizeUrl,
  CLIENT_SECRET,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
  VERIFIER,
} from '../test/test-idp.js';

const STRICT = "The use of the id_token_hint property requires the prompt value to be set as 'none'.";
let idp: TestIdp;
let ana: Browser;
let anaToken: string;
let ben: Browser;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    moreClients: () => [
      {
        client_id: 'strict',
        client_secret: CLIENT_SECRET,
        redirect_uris: ['http://strict.test/callback'],
        first_party: true,
        strict_hint: true,
        require_pkce: false,
      },
      {
        client_id: 'public',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://public.test/callback'],
        require_pkce: false,
      },
    ],
  });
  [ana, ben] = [new Browser(), new Browser()];
  anaToken = (await redeem(idp, await signIn(idp, ana, 'ana'))).id_token;
  await signIn(idp, ben, 'ben');
});
afterAll(() => idp.close());

async function signed(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  return new SignJWT({ ...decodeJwt(anaToken), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
    .sign(await importJWK(idp.signingKey));
}

async function signedByStranger(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(decodeJwt(anaToken)).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(privateKey);
}

async function hmacWithPublicKey(): Promise<string> {
  const { kty, n, e } = idp.signingKey;
  const pem = await exportSPKI(createPublicKey({ key: { kty: kty!, n: n!, e: e! }, format: 'jwk' }));
  return new SignJWT(decodeJwt(anaToken)).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(Buffer.from(pem));
}

function unsigned(): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(decodeJwt(anaToken))}.`;
}

const ask = (browser: Browser, hint: string, extra: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: hint, ...extra }));

describe('an id_token_hint in a silent request', () => {
  it('gets a code for the very person it names', async () => {
    expect(answerOf(await ask(ana, anaToken))).toMatchObject({ code: expect.any(String), iss: idp.issuer });
  });

  it('T104: may have expired long ago', async () => {
    expect(answerOf(await ask(ana, await signed({ iat: 900, exp: 1_000 })))).toHaveProperty('code');
  });

  it("T105: is login_required, never a code, in another person's session, and in none", async () => {
    const refused = { error: 'login_required', state: 'a-state', iss: idp.issuer };
    expect(answerOf(await ask(ben, anaToken))).toMatchObject(refused);
    expect(answerOf(await ask(ben, anaToken))).not.toHaveProperty('code');
    expect(answerOf(await ask(new Browser(), anaToken))).toMatchObject(refused);
  });

  it.each([
    ['T106: of another client', () => signed({ aud: 'other' })],
    ['T106: with another issuer', () => signed({ iss: 'http://evil.test' })],
    ['T106: with alg none', unsigned],
    ['T106: that is rubbish', () => 'rubbish'],
    ['T106: without a subject', () => signed({ sub: undefined } as never)],
    ['T107: with a key that nobody knows', () => signed({}, { kid: 'unknown' })],
    ['signed by somebody else', signedByStranger],
    ['T108: HS256 with the public key as the secret', hmacWithPublicKey],
    ['encrypted to nobody', () => `${btoa('{"alg":"RSA-OAEP","enc":"A256GCM"}').replaceAll('=', '')}.a.b.c.d`],
  ])('is invalid_request when it is one %s', async (_what, hint) => {
    const answer = answerOf(await ask(ana, await hint()));
    expect(answer).toMatchObject({ error: 'invalid_request', state: 'a-state', iss: idp.issuer });
    expect(answer).not.toHaveProperty('code');
  });

  it('T106: is refused when it is 50 KB long, by GET and by POST', async () => {
    const hint = 'a'.repeat(50_000);
    expect([400, 414, 431]).toContain((await ask(ana, hint)).status);
    const form = Object.fromEntries(authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: hint }).searchParams);
    const posted = await ana.post(new URL('/authorize', idp.issuer), form);
    expect(posted).toMatchObject({ status: 413, location: undefined });
    expect(posted.headers.get('content-type')).toContain('text/html');
  });

  it('means the same by POST', async () => {
    const url = authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: anaToken });
    for (const [browser, member] of [
      [ana, 'code'],
      [ben, 'error'],
    ] as const) {
      const posted = await browser.post(new URL('/authorize', idp.issuer), Object.fromEntries(url.searchParams));
      expect(answerOf(await browser.get(posted.location!))).toHaveProperty(member);
    }
  });
});

describe('an id_token_hint without prompt=none', () => {
  it('shows the sign-in page to another person', async () => {
    const asked = await ask(ben, anaToken, { prompt: '' });
    expect(asked.location?.pathname).toMatch(/^\/interaction\//);
  });

  it.each([{ prompt: '' }, { prompt: 'login' }, { prompt: 'consent' }])(
    'is refused in these words to a strict client, whoever is signed in: %j',
    async (extra) => {
      const hint = await signed({ aud: 'strict' });
      for (const browser of [ana, ben, new Browser()]) {
        const answer = await browser.get(authorizeUrl(idp, 'strict', { id_token_hint: hint, ...extra }));
        expect(answer.location?.href).toContain('http://strict.test/callback?');
        expect(answerOf(answer)).toMatchObject({
          error: 'invalid_request',
          error_description: STRICT,
          state: 'a-state',
          iss: idp.issuer,
        });
      }
    },
  );

  it('means the same to a client that is older than PKCE, but a public client needs PKCE whatever it says', async () => {
    const hint = await signed({ aud: 'strict' });
    const plain = { nonce: '', code_challenge: '', code_challenge_method: '', id_token_hint: hint };
    const asked = async (browser: Browser, clientId: string, extra: Readonly<Record<string, string>>) =>
      answerOf(await browser.get(authorizeUrl(idp, clientId, { ...plain, ...extra })));
    expect(await asked(ana, 'strict', { prompt: 'none' })).toHaveProperty('code');
    expect(await asked(ben, 'strict', { prompt: 'none' })).toMatchObject({ error: 'login_required' });
    expect(await asked(ana, 'strict', {})).toMatchObject({ error: 'invalid_request', error_description: STRICT });
    expect(await asked(ana, 'public', { prompt: 'none', id_token_hint: '' })).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining('PKCE'),
    });
  });

  it('T074: a verifier is refused for a code that was asked for without a challenge', async () => {
    const redeemed = async (form: Readonly<Record<string, string>>) => {
      const bare = { prompt: 'none', nonce: '', code_challenge: '', code_challenge_method: '' };
      const { code = '' } = answerOf(await ana.get(authorizeUrl(idp, 'strict', bare)));
      const grant = { grant_type: 'authorization_code', code, redirect_uri: 'http://strict.test/callback' };
      return (await asClient(idp, 'strict', '/oauth/token', { ...grant, ...form })).json();
    };
    expect(await redeemed({ code_verifier: VERIFIER })).toMatchObject({ error: 'invalid_grant' });
    expect(await redeemed({})).toHaveProperty('access_token');
  });

  it('leaves a strict client its silent requests, and those without a hint', async () => {
    const hint = await signed({ aud: 'strict' });
    const silent = await ana.get(authorizeUrl(idp, 'strict', { id_token_hint: hint, prompt: 'none' }));
    expect(answerOf(silent)).toHaveProperty('code');
    expect(answerOf(await ana.get(authorizeUrl(idp, 'strict')))).toHaveProperty('code');
  });
});
