import { describe, expect, it } from '@jest/globals';
import { parsePushedAuthorization } from './pushed-authorization-response.js';

const GOOD = { request_uri: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c', expires_in: 60 };

describe('the answer to a pushed authorization request', () => {
  it('names the request and how long it may be used', () => {
    expect(parsePushedAuthorization(GOOD)).toEqual({ requestUri: GOOD.request_uri, expiresInS: 60 });
  });

  it.each([
    ['without request_uri', { ...GOOD, request_uri: undefined }],
    ['with an empty request_uri', { ...GOOD, request_uri: '' }],
    ['with a request_uri that is no URI', { ...GOOD, request_uri: '6esc' }],
    ['with a line break in request_uri', { ...GOOD, request_uri: `${GOOD.request_uri}\r\nx: y` }],
    ['with a list for request_uri', { ...GOOD, request_uri: [GOOD.request_uri] }],
    ['with a request_uri of 10 KB', { ...GOOD, request_uri: `urn:${'x'.repeat(10_240)}` }],
    ['without expires_in', { ...GOOD, expires_in: undefined }],
    ['with expires_in 0', { ...GOOD, expires_in: 0 }],
    ['with a negative expires_in', { ...GOOD, expires_in: -1 }],
    ['with expires_in as a word', { ...GOOD, expires_in: 'soon' }],
    ['that is a page', undefined],
  ])('is refused %s', (_name, body) => {
    expect(() => parsePushedAuthorization(body)).toThrow(
      expect.objectContaining({ code: 'OIDC_PUSHED_RESPONSE_INVALID' }),
    );
  });
});
