import { describe, expect, it } from '@jest/globals';
import { prepare, readMessage } from './authorize.js';
import type { Provider } from './provider.js';

const PROVIDER: Provider = {
  issuer: 'https://idp.test/',
  authorization_endpoint: 'https://idp.test/authorize?tenant=one',
  token_endpoint: 'https://idp.test/token',
};
const NAMES_ITSELF: Provider = { ...PROVIDER, authorization_response_iss_parameter_supported: true };
const TRANSACTION = { state: 's', nonce: 'n', verifier: 'v', redirectUri: 'https://app.test/' };
const message = (response: unknown, type: unknown = 'authorization_response') => ({ type, response });
const read = (data: unknown, provider = PROVIDER) => readMessage(data, provider, TRANSACTION);

describe('the message from the frame', () => {
  it.each<[string, unknown, Provider?]>([
    ['a code', { code: 'c', state: 's' }],
    ['a code from who names itself', { code: 'c', state: 's', iss: 'https://idp.test/' }, NAMES_ITSELF],
    ['a code from who need not name itself', { code: 'c', state: 's', iss: 'https://idp.test/' }],
  ])('is read: %s', (_name, response, provider) => {
    expect(read(message(response), provider)).toMatchObject({ outcome: 'signed_in', code: 'c' });
  });

  it.each([
    ['login_required', 'login_required'],
    ['consent_required', 'consent_required'],
    ['interaction_required', 'interaction_required'],
    ['account_selection_required', 'account_selection_required'],
    ['access_denied', 'denied'],
    ['server_error', 'unavailable'],
    ['temporarily_unavailable', 'unavailable'],
    ['invalid_request', 'failed'],
    ['signed_in', 'failed'],
    ['account_changed', 'failed'],
    ['login_required\n', 'failed'],
    ['', 'failed'],
    [7, 'failed'],
  ])('is read: the error %j is %s', (error, outcome) => {
    const answer = read(message({ error, state: 's', session_state: 'x.y' }));
    expect(answer).toEqual({ outcome, transaction: TRANSACTION, sessionState: 'x.y' });
  });

  it.each([
    ['a code and an error', { code: 'c', error: 'login_required', state: 's' }, 'login_required'],
    ['neither', { state: 's' }, 'failed'],
    ['a code that is a list', { code: ['c'], state: 's' }, 'failed'],
    ['an empty code', { code: '', state: 's' }, 'failed'],
  ])('is no sign-in with %s', (_name, response, outcome) => {
    expect(read(message(response))).toMatchObject({ outcome });
    expect(read(message(response))).not.toHaveProperty('code');
  });

  it.each<[string, unknown, Provider?]>([
    ['another state', message({ code: 'c', state: 'S' })],
    ['no state', message({ code: 'c' })],
    ['a state that is a list', message({ code: 'c', state: ['s'] })],
    ['another issuer', message({ code: 'c', state: 's', iss: 'https://evil.test/' })],
    ['another issuer, with an error', message({ error: 'login_required', state: 's', iss: 'https://evil.test/' })],
    ['no issuer where it must be there', message({ code: 'c', state: 's' }), NAMES_ITSELF],
    ['another type', message({ code: 'c', state: 's' }, 'relay_response')],
    ['no type', { response: { code: 'c', state: 's' } }],
    ['no response', { type: 'authorization_response' }],
    ['a response of null', message(null)],
    ['a response in JSON', message('{"code":"c","state":"s"}')],
    ['the members of its prototype', Object.create(message({ code: 'c', state: 's' }))],
    ['a response of prototypes', message(Object.create({ code: 'c', state: 's' }))],
    ['a __proto__ of its own', JSON.parse('{"__proto__":{"type":"authorization_response","response":{"state":"s"}}}')],
    ['a string', 'authorization_response'],
    ['nothing', undefined],
  ])('is ignored with %s', (_name, data, provider) => {
    expect(read(data, provider)).toBeUndefined();
  });
});

describe('an authorization request', () => {
  it('has PKCE, state and nonce of its own, and keeps what the endpoint has', async () => {
    const request = { clientId: 'spa', redirectUri: 'https://app.test/', prompt: 'none' };
    const [one, two] = [await prepare(PROVIDER, request, 'web_message'), await prepare(PROVIDER, request)];
    const { state, nonce } = one.transaction;
    expect(Object.fromEntries(new URL(one.url).searchParams)).toEqual({
      ...{ tenant: 'one', client_id: 'spa', redirect_uri: 'https://app.test/', prompt: 'none', scope: 'openid' },
      ...{ response_type: 'code', response_mode: 'web_message', state, nonce },
      ...{ code_challenge: expect.stringMatching(/^[\w-]{43}$/), code_challenge_method: 'S256' },
    });
    expect(new URL(two.url).searchParams.has('response_mode')).toBe(false);
    expect(one.url).not.toContain(one.transaction.verifier);
    const all = [one, two].flatMap(({ transaction }) => [transaction.state, transaction.nonce, transaction.verifier]);
    expect(new Set(all).size).toBe(6);
  });
});
