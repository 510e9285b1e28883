import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { importAssertionKey } from '#oidc';
import { parseSid, parseSub, type SsoSession } from '#session';
import { TestClock } from '../../../../test/support/clock.js';
import { Assertions } from './assertions.js';

const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const key = await importAssertionKey({ ...(await exportJWK(privateKey)), kid: 'k1' });
const OPENED = new Date('2026-11-22T10:00:00.000Z');
const SESSION: SsoSession = {
  ...{ sid: parseSid('0193552c-9c00-7000-8000-000000000001')!, iss: 'https://idp.example.com', clientId: 'gateway' },
  ...{ sub: parseSub('ana')!, openedAt: OPENED, expiresAt: new Date('2026-12-01T00:00:00.000Z'), authTime: OPENED },
  ...{ acr: 'mfa', idpCheckedAt: OPENED, ended: undefined, tokenGeneration: 1 },
};

function setUp() {
  const clock = new TestClock();
  return { clock, assertions: new Assertions('https://gateway.example.com', key, clock) };
}

describe('assertions that are given again', () => {
  it('are the same for half their life, also for requests at one moment, and new after it', async () => {
    const { clock, assertions } = setUp();
    const [first, second] = await Promise.all([assertions.sign(SESSION, 'notes'), assertions.sign(SESSION, 'notes')]);
    clock.advance(29_999);
    expect([second, await assertions.sign(SESSION, 'notes')]).toEqual([first, first]);
    clock.advance(1);
    expect(await assertions.sign(SESSION, 'notes')).not.toBe(first);
  });

  it('are another for each service and each session', async () => {
    const { assertions } = setUp();
    const other = { ...SESSION, sid: parseSid('0193552c-9c00-7000-8000-000000000002')! };
    const all = [
      await assertions.sign(SESSION, 'notes'),
      await assertions.sign(SESSION, 'billing'),
      await assertions.sign(other, 'notes'),
    ];
    expect(new Set(all).size).toBe(3);
  });

  it.each([
    ['the IdP confirmed it', { idpCheckedAt: new Date('2026-11-22T11:00:00.000Z') }],
    ['another level was reached', { acr: 'pwd' }],
    ['the person signed in again', { authTime: new Date('2026-11-22T11:00:00.000Z') }],
    ['it ends sooner', { expiresAt: new Date('2026-11-30T00:00:00.000Z') }],
  ])('are never given again once %s', async (_name, change) => {
    const { assertions } = setUp();
    const first = await assertions.sign(SESSION, 'notes');
    expect(await assertions.sign({ ...SESSION, ...change }, 'notes')).not.toBe(first);
  });

  it('are forgotten beyond ten thousand, the least used first', async () => {
    const { assertions } = setUp();
    const [kept, dropped] = [await assertions.sign(SESSION, 'kept'), await assertions.sign(SESSION, 'dropped')];
    for (let at = 0; at < 9_999; at += 1) {
      if (at === 5_000) await assertions.sign(SESSION, 'kept');
      await assertions.sign(SESSION, `service-${at}`);
    }
    expect(await assertions.sign(SESSION, 'kept')).toBe(kept);
    expect(await assertions.sign(SESSION, 'dropped')).not.toBe(dropped);
  });
});
