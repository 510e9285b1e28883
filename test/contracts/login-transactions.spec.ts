import { describe, expect, it } from '@jest/globals';
import type { LoginTransaction } from '#session';
import { hubForSuite } from '../support/hub.js';
import { CLIENT, ISSUER } from '../support/sign-ins.js';

describe('LoginTransactions in Postgres', () => {
  const hub = hubForSuite();
  const transaction = (): LoginTransaction => ({
    ...{
      iss: ISSUER,
      clientId: CLIENT,
      frontEnd: 'https://a.example.com',
      redirectUri: 'https://a.example.com/bff/callback',
    },
    ...{
      flow: 'interactive',
      nonce: 'the-nonce',
      codeVerifier: 'the-verifier',
      returnUrl: '/here',
      createdAt: hub().clock.now(),
    },
    ...{ rid: undefined, hint: undefined, embedder: undefined, maxAgeS: undefined, acrValues: undefined },
    correlationId: 'the-correlation-id',
  });

  it('gives a transaction back once, to its own browser', async () => {
    await hub().transactions.put('state-1', 'browser-1', transaction());
    expect(await hub().transactions.take('state-1', 'browser-1')).toEqual(transaction());
    expect(await hub().transactions.take('state-1', 'browser-1')).toBe('unknown');
  });

  it('T041: a forged or stolen state takes nothing away from the genuine one', async () => {
    await hub().transactions.put('state-2', 'browser-2', transaction());
    expect(await hub().transactions.take('forged', 'browser-2')).toBe('unknown');
    expect(await hub().transactions.take('state-2', 'another-browser')).toBe('unknown');
    expect(await hub().transactions.take('state-2', 'browser-2')).toMatchObject({ returnUrl: '/here' });
  });

  it('gives it to one of many who ask at once', async () => {
    await hub().transactions.put('state-3', 'browser-3', transaction());
    const answers = await Promise.all(Array.from({ length: 8 }, () => hub().transactions.take('state-3', 'browser-3')));
    expect(answers.filter((answer) => answer !== 'unknown')).toHaveLength(1);
  });

  it('T054: a transaction of more than ten minutes is expired', async () => {
    await hub().transactions.put('state-4', 'browser-4', transaction());
    hub().clock.advance(10 * 60_000);
    expect(await hub().transactions.take('state-4', 'browser-4')).toBe('expired');
  });

  it('keeps the ten newest of a browser', async () => {
    for (let n = 0; n < 12; n += 1) {
      hub().clock.advance(1);
      await hub().transactions.put(`many-${n}`, 'browser-5', transaction());
    }
    expect(await hub().transactions.take('many-1', 'browser-5')).toBe('unknown');
    expect(await hub().transactions.take('many-2', 'browser-5')).not.toBe('unknown');
  });

  it('keeps neither state, nonce nor verifier in clear', async () => {
    await hub().transactions.put('state-6', 'browser-6', transaction());
    const text = JSON.stringify(await hub().database.loginTransaction.findMany());
    for (const secret of ['state-6', 'browser-6', 'the-nonce', 'the-verifier'])
      expect(text).not.toContain(`"${secret}"`);
  });
});
