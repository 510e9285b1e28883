import { describe, expect, it } from '@jest/globals';
import Provider from 'oidc-provider';
import { allowImplicitOnLoopback } from './implicit-on-loopback.js';

function find(redirectUri: string, responseType: 'code' | 'id_token token', others: string[] = []) {
  const client = {
    client_id: 'spa',
    token_endpoint_auth_method: 'none' as const,
    redirect_uris: [redirectUri],
    response_types: [responseType],
    grant_types: ['implicit', 'authorization_code'],
    post_logout_redirect_uris: others,
  };
  const provider = new Provider('http://localhost:4000', {
    clients: [client],
    responseTypes: ['code', 'id_token token'],
  });
  allowImplicitOnLoopback(provider);
  return provider.Client.find('spa');
}

describe('a client that gets tokens from the authorization endpoint', () => {
  it.each([
    'http://localhost:4300/callback',
    'http://127.0.0.1:4300/callback',
    'http://[::1]:4300/callback',
    'http://app.localhost/callback',
    'https://localhost/callback',
    'https://app.example.com/callback',
  ])('may have its pages where nothing crosses a network in clear: %s', async (uri) => {
    await expect(find(uri, 'id_token token')).resolves.toHaveProperty('clientId', 'spa');
  });

  it.each([
    'http://app.example.com/callback',
    'http://127.0.0.1.evil.test/callback',
    'http://localhost.evil.test/',
    'http://10.0.0.1/callback',
  ])('may not have them elsewhere: %s', async (uri) => {
    await expect(find(uri, 'id_token token')).rejects.toThrow('invalid_redirect_uri');
    await expect(find('http://localhost:4300/', 'id_token token', [uri])).rejects.toThrow('invalid_client_metadata');
  });

  it('has no leave for anything else: only the two objections are dropped', async () => {
    await expect(find('http://localhost:4300/#fragment', 'id_token token')).rejects.toThrow('invalid_redirect_uri');
    await expect(find('ftp://localhost/', 'code')).rejects.toThrow('invalid_redirect_uri');
  });
});
