import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IdpClient } from '#idp-client';
import { type LoginTransaction, LoginTransactions } from '#session';
import { TestClock } from '../../../../test/support/clock.js';
import { ScriptedIdp, type Scripted } from '../../../../test/support/scripted-idp.js';
import type { FrontEnd } from '../front-ends/front-end.js';
import type { Idp } from '../idps/idp.js';
import { openTransaction } from './open-transaction.js';
import type { SignInRequest } from './sign-in.js';

const REQUEST: SignInRequest = { flow: 'interactive', returnUrl: '/inside', correlationId: 'c-1' };

/** Keeps transactions by their state, to look at. */
class KeptTransactions extends LoginTransactions {
  readonly kept = new Map<string, LoginTransaction>();

  put(state: string, _browser: string, transaction: LoginTransaction): Promise<void> {
    this.kept.set(state, transaction);
    return Promise.resolve();
  }

  take(): never {
    throw new Error('nobody comes back here');
  }
}

describe('the way to the IdP', () => {
  let idp: ScriptedIdp;
  let transactions: KeptTransactions;
  const clock = new TestClock();
  beforeAll(async () => {
    idp = await ScriptedIdp.start();
  });
  afterAll(() => idp.stop());
  beforeEach(() => {
    idp.received.length = 0;
    transactions = new KeptTransactions();
  });

  const begin = async (par: Idp['par'], request: Partial<SignInRequest> = {}) => {
    const options = { issuer: idp.issuer, internalOrigin: undefined, unsafePlainHttp: false, clientId: 'gateway' };
    const client = new IdpClient({ ...options, authentication: { method: 'client_secret_post', secret: 's' } }, clock);
    const about = { name: 'main', client, issuer: idp.issuer, clientId: 'gateway', par } as Idp;
    const site = { base: 'https://a.example.com', redirectUri: 'https://a.example.com/bff/callback', scope: 'openid' };
    const frontEnd = { ...site, idp: about } as FrontEnd;
    const address = await openTransaction(
      { transactions, clock },
      { frontEnd, browser: 'b' },
      { ...REQUEST, ...request },
    );
    return new URL(address);
  };
  const offers = (answer: Scripted, required?: boolean) => {
    const endpoint = { pushed_authorization_request_endpoint: `${idp.issuer}/par` };
    idp.metadata = { ...endpoint, require_pushed_authorization_requests: required };
    idp.paths.set('/par', () => answer);
  };
  const pushed = { status: 201, body: { request_uri: 'urn:example:1', expires_in: 60 } };
  const away = { status: 503, body: {} };
  const refusal = { status: 400, body: { error: 'invalid_scope' } };
  const pushes = () => idp.received.filter(({ path }) => path === '/par').length;

  it('keeps what was asked for, for the answer to be held against', async () => {
    idp.metadata = {};
    const asked = { maxAgeS: 0, acrValues: ['a'], prompt: 'login' };
    const address = await begin('auto', asked);
    expect(transactions.kept.get(address.searchParams.get('state') ?? '')).toMatchObject({
      ...{ ...asked, iss: idp.issuer, clientId: 'gateway', flow: 'interactive', createdAt: clock.now() },
      ...{ nonce: address.searchParams.get('nonce'), correlationId: 'c-1' },
    });
  });

  it.each<[Idp['par'], string, Scripted, boolean | undefined, number]>([
    ['auto', 'takes it', pushed, undefined, 1],
    ['auto', 'requires it', pushed, true, 1],
    ['always', 'takes it', pushed, undefined, 1],
  ])('par: %s goes ahead of the browser where the IdP %s', async (par, _name, answer, required, count) => {
    offers(answer, required);
    expect(Object.fromEntries((await begin(par)).searchParams)).toEqual({
      client_id: 'gateway',
      request_uri: 'urn:example:1',
    });
    expect(pushes()).toBe(count);
    expect(transactions.kept.size).toBe(1);
  });

  it.each<[Idp['par'], string, Scripted, number]>([
    ['never', 'takes it', pushed, 0],
    ['auto', 'takes it, but not now', away, 1],
  ])('par: %s goes with the browser where the IdP %s', async (par, _name, answer, count) => {
    offers(answer);
    const { searchParams } = await begin(par);
    expect([searchParams.get('response_type'), searchParams.has('request_uri')]).toEqual(['code', false]);
    expect(pushes()).toBe(count);
  });

  it.each<[Idp['par'], string, Scripted | undefined, boolean | undefined, string]>([
    ['auto', 'requires it and does not answer', away, true, 'IDP_UNAVAILABLE'],
    ['always', 'does not answer', away, undefined, 'IDP_UNAVAILABLE'],
    ['always', 'has no such endpoint', undefined, undefined, 'IDP_UNAVAILABLE'],
    ['auto', 'refuses it: sending the same another way would help nobody', refusal, undefined, 'IDP_REFUSED'],
  ])('par: %s leads nowhere where the IdP %s', async (par, _name, answer, required, code) => {
    if (answer === undefined) idp.metadata = {};
    else offers(answer, required);
    await expect(begin(par)).rejects.toMatchObject({ code });
    expect(transactions.kept.size).toBe(0);
  });
});
