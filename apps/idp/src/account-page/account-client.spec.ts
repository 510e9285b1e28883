import { describe, expect, it } from '@jest/globals';
import { errors } from 'oidc-provider';
import { Clients } from '../config-values.js';
import { accountClient, judgeResponseTypes, wayIn } from './account-client.js';

describe('the account page as a client', () => {
  it.each(['https://idp.test', 'https://idp.test/'])('comes back to its own page of the issuer %s', (issuer) => {
    expect(accountClient(issuer).redirect_uris).toEqual(['https://idp.test/account']);
    const url = new URL(wayIn(issuer, 'password'));
    expect(url.origin + url.pathname).toBe('https://idp.test/authorize');
    expect(url.searchParams.get('redirect_uri')).toBe('https://idp.test/account');
    expect(url.searchParams.get('state')).toBe('password');
  });

  it('shares its id with no configured client', () => {
    const redirect_uris = ['http://a.test/'];
    expect(Clients.safeParse([{ client_id: 'a', redirect_uris }]).success).toBe(true);
    expect(Clients.safeParse([{ client_id: 'idp-account', redirect_uris }]).success).toBe(false);
  });

  it.each([
    [['none'], true],
    [['code', 'none none'], true],
    [['code'], false],
    [undefined, false],
    ['none', false], // the engine refuses what is no list
    [[7], false],
  ])('leaves %j to others unless it is the one of its own: %s', (types, isRefused) => {
    const judge = () => {
      judgeResponseTypes({ client_id: 'a', response_types: types as never });
    };
    if (isRefused) expect(judge).toThrow(errors.InvalidClientMetadata);
    else expect(judge).not.toThrow();
    expect(() => {
      judgeResponseTypes(accountClient('https://idp.test'));
    }).not.toThrow();
  });
});
