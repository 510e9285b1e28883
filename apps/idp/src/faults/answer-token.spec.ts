import { describe, expect, it } from '@jest/globals';
import { idTokenOf, replaceIdToken } from './answer-token.js';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = `${part({ alg: 'RS256' })}.${part({ sub: 'ana' })}.c2ln`;
const OTHER = `${part({ alg: 'RS256', typ: 'at+jwt' })}.${part({ sub: 'ana' })}.c2ln`;

function answer(body: unknown, location?: string) {
  const headers = new Map<string, unknown>(location === undefined ? [] : [['location', location]]);
  const res = {
    getHeader: (name: string) => headers.get(name) as string | undefined,
    setHeader: (name: string, value: unknown) => headers.set(name, value),
  };
  return { body, res: res as never, headers };
}

describe('the ID token of an answer', () => {
  it.each([
    ['of the token endpoint', answer({ access_token: OTHER, id_token: TOKEN })],
    ['of a redirect', answer('Redirecting', `http://a.test/cb#access_token=${OTHER}&id_token=${TOKEN}&state=x`)],
    ['of a form that posts itself', answer(`<input type="hidden" name="id_token" value="${TOKEN}"/>`)],
    ['of a web message', answer(`{"response":{"access_token":"${OTHER}","id_token":"${TOKEN}"}}`)],
  ])('is found and replaced in the answer %s', (_what, given) => {
    expect(idTokenOf(given)?.text).toBe(TOKEN);
    replaceIdToken(given, TOKEN, 'another');
    const text = JSON.stringify([given.body, [...given.headers]]);
    expect(text).toContain('another');
    expect(text).not.toContain(TOKEN);
  });

  it.each([
    ['an error', answer({ error: 'invalid_grant' })],
    ['a redirect with a code', answer('', 'http://a.test/cb?code=x')],
    ['nothing', answer(undefined)],
  ])('is not found in %s', (_what, given) => {
    expect(idTokenOf(given)).toBeUndefined();
  });
});
