import { describe, expect, it } from '@jest/globals';
import { toBasicCredentials } from './client-authentication.js';

describe('client_secret_basic', () => {
  it.each([
    ['gateway', 'secret', 'gateway:secret'],
    ['a:b', 'c:d', 'a%3Ab:c%3Ad'],
    ['gate way', 'p&q=%+', 'gate+way:p%26q%3D%25%2B'],
    ['gateway', 'keeps-these_as.they*are', 'gateway:keeps-these_as.they*are'],
    ['gateway', 'Grüße', 'gateway:Gr%C3%BC%C3%9Fe'],
  ])('encodes the id %j and the secret %j as a form does', (clientId, clientSecret, encoded) => {
    const [scheme, credentials = ''] = toBasicCredentials(clientId, clientSecret).split(' ');
    expect(scheme).toBe('Basic');
    expect(Buffer.from(credentials, 'base64').toString()).toBe(encoded);
  });
});
