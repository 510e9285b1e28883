import { describe, expect, it } from '@jest/globals';
import {
  garbage,
  makeTokenIssuer,
  signHs256,
  unsigned,
  withOneByteChanged,
} from '../../../test/support/token-issuer.js';
import { verifySecurityEventToken } from './security-event-token.js';

const ISSUER = 'https://transmitter.example.com';
const NOW = new Date('2026-08-30T12:00:00Z');
const NOW_S = NOW.getTime() / 1000;
const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/sessions-revoked';
const EXPECTED = { issuer: ISSUER, audience: 'gateway', now: NOW };
const ANA = { format: 'iss_sub', iss: 'https://idp.example.com', sub: 'ana' };
const GOOD = {
  iss: ISSUER,
  aud: 'gateway',
  iat: NOW_S,
  jti: 'j1',
  sub_id: ANA,
  events: { [REVOKED]: { event_timestamp: NOW_S - 30, initiating_entity: 'policy' } },
};
const TYPE = { typ: 'secevent+jwt' };

const transmitter = await makeTokenIssuer();
const stranger = await makeTokenIssuer();
const verify = (token: string) => verifySecurityEventToken(token, transmitter.keys, EXPECTED);
const faultOf = async (token: string): Promise<unknown> => {
  const refusal: unknown = await verify(token).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'OIDC_SECURITY_EVENT_INVALID' });
  if (token.length > 20) expect((refusal as Error).message).not.toContain(token.slice(0, 20));
  return (refusal as { err: unknown }).err;
};

describe('a security event token', () => {
  it('is believed when it is whole, and says what happened to whom', async () => {
    expect(await verify(await transmitter.sign(GOOD, TYPE))).toEqual({
      iss: ISSUER,
      jti: 'j1',
      issuedAt: NOW,
      type: REVOKED,
      claims: GOOD.events[REVOKED],
      subject: ANA,
      happenedAt: new Date('2026-08-30T11:59:30Z'),
      initiatingEntity: 'policy',
    });
  });

  it.each<[string, object, object]>([
    ['for several, us among them', { aud: ['other', 'gateway'] }, {}],
    ['without a time of the event', { events: { [REVOKED]: {} } }, { happenedAt: NOW, initiatingEntity: 'system' }],
    ['with claims that nobody knows', { txn: 't', toe: 1, colour: 'red' }, {}],
    [
      'about an e-mail address',
      { sub_id: { format: 'email', email: 'a@b' } },
      { subject: { format: 'other', name: 'email' } },
    ],
    [
      'about a subject of a kind to come',
      { sub_id: { format: 'urn:x', y: 1 } },
      { subject: { format: 'other', name: 'urn:x' } },
    ],
    [
      'with aliases',
      { sub_id: { format: 'aliases', identifiers: [ANA, { format: 'did', url: 'did:x' }] } },
      { subject: { format: 'aliases', identifiers: [ANA, { format: 'other', name: 'did' }] } },
    ],
    [
      'with a complex subject, some of it unknown',
      { sub_id: { format: 'complex', user: ANA, planet: { format: 'urn:x' } } },
      { subject: { format: 'complex', members: { user: ANA, planet: { format: 'other', name: 'unknown' } } } },
    ],
    [
      'SSF-05: of RISC before sub_id',
      { sub_id: undefined, events: { [RISC]: { subject: { subject_type: 'iss-sub', iss: ANA.iss, sub: 'ana' } } } },
      { subject: ANA },
    ],
  ])('is believed %s', async (_name, changes, said) => {
    expect(await verify(await transmitter.sign({ ...GOOD, ...changes }, TYPE))).toMatchObject(said);
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['alg none', () => unsigned(GOOD, TYPE), 'authentication_failed'],
    ['a byte changed', async () => withOneByteChanged(await transmitter.sign(GOOD, TYPE)), 'authentication_failed'],
    ['another key', () => stranger.sign(GOOD, TYPE), 'authentication_failed'],
    ['a key that nobody has', () => transmitter.sign(GOOD, { ...TYPE, kid: 'k2' }), 'invalid_key'],
    ['HS256 and no type', () => signHs256(GOOD, transmitter.publicPem), 'invalid_request'],
    ['no type', () => transmitter.sign(GOOD), 'invalid_request'],
    ['the type of a logout token', () => transmitter.sign(GOOD, { typ: 'logout+jwt' }), 'invalid_request'],
  ])('SSF-02, T190 is refused with %s', async (_name, make, err) => {
    expect(await faultOf(await make())).toBe(err);
  });

  it.each<[string, object, string]>([
    ['T190 of another issuer', { iss: `${ISSUER}/` }, 'invalid_issuer'],
    ['T190 of no issuer', { iss: undefined }, 'invalid_issuer'],
    ['T190 for another audience', { aud: 'other' }, 'invalid_audience'],
    ['T190 for nobody', { aud: undefined }, 'invalid_audience'],
    ['T190 with exp', { exp: NOW_S + 60 }, 'invalid_request'],
    ['T190 with exp past', { exp: NOW_S - 600 }, 'invalid_request'],
    ['T190 with sub', { sub: 'ana' }, 'invalid_request'],
    ['T190 without sub_id', { sub_id: undefined }, 'invalid_request'],
    [
      'with a subject within the event, not of RISC',
      { sub_id: undefined, events: { [REVOKED]: { subject: ANA } } },
      'invalid_request',
    ],
    ['T191 with two events', { events: { [REVOKED]: {}, [RISC]: {} } }, 'invalid_request'],
    ['with no event', { events: {} }, 'invalid_request'],
    ['with an event that is a text', { events: { [REVOKED]: 'x' } }, 'invalid_request'],
    ['with events as a list', { events: [REVOKED] }, 'invalid_request'],
    ['without jti', { jti: undefined }, 'invalid_request'],
    ['with NUL in jti', { jti: 'a\0' }, 'invalid_request'],
    ['without iat', { iat: undefined }, 'invalid_request'],
    ['of two minutes ahead', { iat: NOW_S + 120 }, 'invalid_request'],
    ['with a time of the event as text', { events: { [REVOKED]: { event_timestamp: '1' } } }, 'invalid_request'],
    [
      'with a time of the event in nanoseconds',
      { events: { [REVOKED]: { event_timestamp: NOW_S * 1e9 } } },
      'invalid_request',
    ],
    [
      'T192 with nested aliases',
      { sub_id: { format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [ANA] }] } },
      'invalid_request',
    ],
    ['T192 with a member that its format does not have', { sub_id: { ...ANA, email: 'a@b' } }, 'invalid_request'],
    [
      'T192 with a complex subject within another',
      { sub_id: { format: 'complex', user: { format: 'complex', user: ANA } } },
      'invalid_request',
    ],
    [
      'T192 with a broken member',
      { sub_id: { format: 'complex', user: { format: 'iss_sub', sub: 'ana' } } },
      'invalid_request',
    ],
    ['with a complex subject of nothing', { sub_id: { format: 'complex' } }, 'invalid_request'],
    ['with a subject without format', { sub_id: { iss: 'x', sub: 'y' } }, 'invalid_request'],
    ['with a subject that is a text', { sub_id: 'ana' }, 'invalid_request'],
  ])('is refused %s', async (_name, changes, err) => {
    expect(await faultOf(await transmitter.sign({ ...GOOD, ...changes }, TYPE))).toBe(err);
  });

  it.each(garbage)('is refused when it is %s', async (_name, text) => {
    expect(await faultOf(text)).toBe('invalid_request');
  });

  it('is neither good nor bad when its keys can’t be had', async () => {
    const fault = new TypeError('fetch failed');
    const token = await transmitter.sign(GOOD, TYPE);
    await expect(verifySecurityEventToken(token, () => Promise.reject(fault), EXPECTED)).rejects.toBe(fault);
  });
});
