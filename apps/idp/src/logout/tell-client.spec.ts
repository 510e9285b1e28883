import { describe, expect, it } from '@jest/globals';
import type Provider from 'oidc-provider';
import { tellClient } from './tell-client.js';

const refused = new Error('hostname resolves to a special-use IP address');
const codeOnly = Object.assign(new Error(''), { code: 'ECONNREFUSED' });

/** A provider whose first step fails: what is judged here is only how a failure is told. */
function failing(error: Error): Provider {
  return { Client: { find: () => Promise.reject(error) } } as unknown as Provider;
}

describe('why a client could not be told', () => {
  it.each([
    ['the answer', new Error('expected 200 OK, got: 503'), 'expected 200 OK, got: 503'],
    ['the innermost cause', new TypeError('fetch failed', { cause: refused }), refused.message],
    ['a code, where there is no text', new TypeError('fetch failed', { cause: codeOnly }), 'ECONNREFUSED'],
    ['no guess', new TypeError(''), 'unknown'],
  ])('is %s', async (_what, error, reason) => {
    const telling = { clientId: 'shop', sub: 'ana', sid: null };
    await expect(tellClient(failing(error), telling)).resolves.toEqual({ kind: 'failed', reason });
  });
});
