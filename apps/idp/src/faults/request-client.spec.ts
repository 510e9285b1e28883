import { describe, expect, it } from '@jest/globals';
import { clientOfBasic, clientOfForm } from './request-client.js';
import { placeOf } from './request-place.js';

describe('whom a request seems to come from', () => {
  it('is read from Basic credentials, which are form-encoded', () => {
    expect(clientOfBasic(`Basic ${btoa('my%20app:a+secret')}`)).toBe('my app');
    expect(clientOfBasic('Basic ###')).toBeUndefined();
    expect(clientOfBasic('Bearer abc')).toBeUndefined();
  });

  it("is read from a form, or from the client's own assertion in it", () => {
    const assertion = `${btoa('{"alg":"RS256"}')}.${btoa('{"sub":"b"}')}.xx`.replaceAll('=', '');
    expect(clientOfForm(new URLSearchParams({ client_id: 'a', client_assertion: assertion }))).toBe('a');
    expect(clientOfForm(new URLSearchParams({ client_assertion: assertion }))).toBe('b');
    expect(clientOfForm(new URLSearchParams({ client_assertion: 'rubbish' }))).toBeUndefined();
  });
});

describe('the place of a request', () => {
  it.each([
    ['/authorize', 'authorization'],
    ['/authorize/abc', 'authorization'],
    ['/oauth/token', 'token'],
    ['/oauth/revoke', 'revocation'],
    ['/.well-known/openid-configuration', 'discovery'],
    ['/oidc/logout', undefined],
    ['/constructor', undefined],
  ])('of %s is %s', (path, place) => {
    expect(placeOf(path)).toBe(place);
  });
});
