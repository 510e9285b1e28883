import { describe, expect, it } from '@jest/globals';
import { endSessionQuery } from './auth0-logout.js';

describe("a request to Auth0's logout address", () => {
  it.each([
    ['', ''],
    ['client_id=a&returnTo=http://a.test/', 'client_id=a&post_logout_redirect_uri=http%3A%2F%2Fa.test%2F'],
    ['id_token_hint=x&returnTo=b', 'id_token_hint=x&post_logout_redirect_uri=b'],
    ['client_id=a&returnTo=b&returnTo=c', 'client_id=a&post_logout_redirect_uri=b&post_logout_redirect_uri=c'],
    ['client_id=a&federated&auth0Client=abc&post_logout_redirect_uri=c&__proto__=d', 'client_id=a'],
    ['client_id=&returnTo=', ''],
    ['returnTo=http://a.test/', undefined],
    ['client_id=&returnTo=http://a.test/', undefined],
  ])('%s is %s at the end-session endpoint', (asked, same) => {
    expect(endSessionQuery(new URLSearchParams(asked))?.toString()).toBe(same);
  });
});
