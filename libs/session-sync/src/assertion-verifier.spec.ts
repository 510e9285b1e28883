import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AssertionVerifier } from './assertion-verifier.js';
import { MachineClock } from './machine-clock.js';

Logger.overrideLogger(false);

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1/jwks.json';
const partOf = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const ofSomeKey = `${partOf({ alg: 'ES256', kid: 'a', typ: 'JWT' })}.${partOf({})}.AAAA`;

describe('the claim of an assertion, for a session of the service’s own', () => {
  it.each([
    ['nothing', '', 'not-signed-in'],
    ['what is no assertion', 'a.b.c', 'not-signed-in'],
    ['one that is not signed', `${partOf({ alg: 'none' })}.${partOf({})}.`, 'not-signed-in'],
    ['one that can’t be verified, since the keys can’t be had', ofSomeKey, 'keys-unavailable'],
  ])('is refused: %s', async (_name, token, refusal) => {
    const source = { gateway: 'http://gateway', jwksUrl: NOWHERE, service: 'notes', trustedIssuer: 'https://idp' };
    await expect(new AssertionVerifier(source, new MachineClock()).claim(token)).rejects.toMatchObject({ refusal });
  });
});
