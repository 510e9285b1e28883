import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { Browser } from '../test/browser.js';
import { listed, order, redeemAs, registerClient } from '../test/operator.js';
import { authorizeUrl, redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly state: string;
}

let idp: TestIdp;
let replica: TestIdp;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  const env = { IDP_SECRET_KEYS: `test:${randomBytes(32).toString('base64')}` };
  idp = await startTestIdp(databaseUrl, { env });
  replica = await startTestIdp(databaseUrl, { env });
});
afterAll(async () => {
  await Promise.all([idp.close(), replica.close()]);
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

const keys = () => listed<Key>(idp, '/admin/keys');
const signing = async (alg = 'RS256') => (await keys()).find((key) => key.alg === alg && key.state === 'signing')?.kid;
const kidOf = (token: string) => decodeProtectedHeader(token).kid;

/** Lets the quarter of an hour be over that a new key is only published. */
async function signFromNow(kid: string): Promise<void> {
  const prisma = new IdpPrisma(databaseUrl);
  await prisma.signingKey.update({ where: { kid }, data: { signsFrom: new Date() } });
  await prisma.$disconnect();
}

async function published(of: TestIdp): Promise<readonly (string | undefined)[]> {
  const answer = (await (await fetch(new URL('/jwks', of.issuer))).json()) as { keys: { kid: string }[] };
  return answer.keys.map(({ kid }) => kid);
}

describe('the keys', () => {
  it('are shown without any private part, to operators as to everybody', async () => {
    const jwks = await (await fetch(new URL('/jwks', idp.issuer))).text();
    expect(await (await fetch(new URL('/.well-known/jwks.json', idp.issuer))).text()).toBe(jwks);
    const shown = JSON.stringify(await keys()) + jwks;
    expect(await keys()).toMatchObject([{ kid: 'k1', alg: 'RS256', state: 'signing' }]);
    expect(JSON.parse(jwks)).toMatchObject({ keys: [{ kid: 'k1', alg: 'RS256', use: 'sig', kty: 'RSA' }] });
    for (const secret of [idp.signingKey.d, idp.signingKey.p, idp.signingKey.dq]) expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
  });

  it('are the same in a replica that was started with another key of the same kid', async () => {
    const [mine, other] = await Promise.all(
      [idp, replica].map(async ({ issuer }) => (await fetch(new URL('/jwks', issuer))).text()),
    );
    expect(other).toBe(mine);
  });
});

describe('a rotation', () => {
  it('breaks no verification under way and no hint, and reaches every replica', async () => {
    const browser = new Browser();
    const { id_token: before } = await redeem(idp, await signIn(idp, browser, 'ana'));
    const jwks = createRemoteJWKSet(new URL('/jwks', idp.issuer), { cooldownDuration: 0 });
    const seen = new Set<string | undefined>();
    const takesToken = async () => {
      const back = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: before }));
      const { id_token: token } = await redeem(idp, back);
      for (const one of [before, token]) await jwtVerify(one, jwks, { issuer: idp.issuer, audience: 'gateway' });
      seen.add(kidOf(token));
      return kidOf(token);
    };
    await takesToken();

    const rotated = await order(idp, 'POST', '/admin/keys/rotate', {});
    expect(rotated.status).toBe(200);
    const next = (await keys()).find(({ state }) => state === 'next')?.kid;
    expect(await published(idp)).toEqual(['k1', next]);
    expect(await takesToken()).toBe('k1');
    expect((await order(idp, 'POST', '/admin/keys/rotate', {})).status).toBe(409);
    await signFromNow(next ?? '');
    await until('the new key signs', async () => (await takesToken()) === next || undefined);
    expect([...seen]).toEqual(['k1', next]);
    await until('the replica signs with it', async () => (await published(replica))[0] === next || undefined);
    expect(await published(replica)).toEqual([next, 'k1']);
  });

  it('leaves a hint that the retired key has signed good for a sign-out', async () => {
    const browser = new Browser();
    const { id_token: before } = await redeem(idp, await signIn(idp, browser, 'ben'));
    expect((await order(idp, 'POST', '/admin/keys/rotate', { now: true })).status).toBe(200);
    expect(await signing()).not.toBe(kidOf(before));
    const silent = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: before }));
    expect(kidOf((await redeem(idp, silent)).id_token)).toBe(await signing());
    const page = await browser.get(new URL(`/oidc/logout?id_token_hint=${before}`, idp.issuer));
    expect(page.text).toContain('data-submit');
  });

  it('of another algorithm changes nothing for clients that named none, or RS256', async () => {
    const refused = await order(idp, 'POST', '/admin/clients', {
      redirect_uris: ['http://early.test/callback'],
      id_token_signed_response_alg: 'ES256',
    });
    expect(refused).toMatchObject({ status: 400, body: { faults: [expect.stringContaining('RS256')] } });
    expect((await order(idp, 'POST', '/admin/keys/rotate', { alg: 'ES256' })).status).toBe(200);
    const byClient = async (members: object, id: string) => {
      const client = await registerClient(idp, id, members);
      const token = (await redeemAs(idp, client, await signIn(idp, new Browser(), 'ana', id))).id_token;
      return decodeProtectedHeader(token).alg;
    };
    expect(await byClient({ id_token_signed_response_alg: 'ES256' }, 'modern')).toBe('ES256');
    expect(await byClient({ id_token_signed_response_alg: 'RS256' }, 'classic')).toBe('RS256');
    expect(await byClient({}, 'silent')).toBe('RS256');
  });

  it.each([
    [{ alg: 'HS256' }, 'alg'],
    [{ alg: 'none' }, 'alg'],
    [{ now: 'yes', also: 1 }, 'also'],
  ])('refuses %j and says why', async (body, named) => {
    const refused = await order(idp, 'POST', '/admin/keys/rotate', body);
    expect(refused.status).toBe(400);
    expect(String(refused.body.faults)).toContain(named);
  });
});

describe('taking a key away', () => {
  it('refuses one that signs and one that hints need, and takes a leaked one at once', async () => {
    const browser = new Browser();
    const { id_token: leaked } = await redeem(idp, await signIn(idp, browser, 'ben'));
    const kid = kidOf(leaked) ?? '';
    expect(await order(idp, 'DELETE', `/admin/keys/${kid}?compromised=true`)).toMatchObject({ status: 409 });
    await order(idp, 'POST', '/admin/keys/rotate', { now: true });
    expect(await order(idp, 'DELETE', `/admin/keys/${kid}`)).toMatchObject({
      status: 409,
      body: { type: 'urn:sso:problem:key-needed' },
    });
    expect((await order(idp, 'DELETE', `/admin/keys/${kid}?compromised=true`)).status).toBe(200);
    expect(await published(idp)).not.toContain(kid);
    const refused = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: leaked }));
    expect(refused.location?.searchParams.get('error')).toBe('invalid_request');
    expect((await order(idp, 'DELETE', `/admin/keys/${kid}`)).status).toBe(404);
  });

  it('stands in the audit trail, as rotations do', async () => {
    const actions = (await listed(idp, '/admin/audit')).map(({ action }) => action);
    expect(actions).toContain('key.removed');
    expect(await listed(idp, '/admin/audit?action=key.rotated')).toHaveLength(4);
  });
});
