import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { authenticate } from './client-authentication.js';

const NOW = new Date('2026-11-22T12:00:00.400Z');
const CLIENT = { issuer: 'https://idp.example.com', clientId: 'our gateway:1', now: NOW };
const SECRET = 'p%+ä &=:/é';

describe('how a client says who it is', () => {
  it('client_secret_basic encodes id and secret as forms do, so that a colon or an accent arrives', async () => {
    const { parameters, headers } = await authenticate({ method: 'client_secret_basic', secret: SECRET }, CLIENT);
    const [id = '', secret = ''] = decoded(headers).split(':');
    expect([id, secret].map((text) => decodeURIComponent(text.replaceAll('+', ' ')))).toEqual([
      CLIENT.clientId,
      SECRET,
    ]);
    expect(parameters).toEqual({});
  });

  it('client_secret_basic_raw sends both as they are', async () => {
    const { parameters, headers } = await authenticate({ method: 'client_secret_basic_raw', secret: SECRET }, CLIENT);
    expect(decoded(headers)).toBe(`${CLIENT.clientId}:${SECRET}`);
    expect(parameters).toEqual({});
  });

  it('client_secret_post sends both in the body, and no header', async () => {
    expect(await authenticate({ method: 'client_secret_post', secret: SECRET }, CLIENT)).toEqual({
      parameters: { client_id: CLIENT.clientId, client_secret: SECRET },
      headers: {},
    });
  });

  it.each([
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['EdDSA', generateKeyPairSync('ed25519').privateKey],
  ])(
    'private_key_jwt signs with %s, for the issuer, for a minute, and never the same twice',
    async (alg, privateKey) => {
      const key = { ...privateKey.export({ format: 'jwk' }), kid: 'c1', alg };
      const jtis = new Set<unknown>();
      while (jtis.size < 2) {
        const { parameters, headers } = await authenticate({ method: 'private_key_jwt', key }, CLIENT);
        const { client_assertion: assertion = '', ...rest } = parameters;
        expect(rest).toEqual({
          client_id: CLIENT.clientId,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        });
        expect(headers).toEqual({});
        expect(decodeProtectedHeader(assertion)).toMatchObject({ alg, kid: 'c1' });
        const { payload } = await jwtVerify(assertion, createPublicKey(privateKey), { currentDate: NOW });
        const issuedAtS = Math.floor(NOW.getTime() / 1000);
        expect(payload).toMatchObject({ iss: CLIENT.clientId, sub: CLIENT.clientId, aud: CLIENT.issuer });
        expect(payload).toMatchObject({ iat: issuedAtS, exp: issuedAtS + 60 });
        jtis.add(payload.jti);
      }
    },
  );
});

function decoded(headers: Readonly<Record<string, string>>): string {
  return Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
}
