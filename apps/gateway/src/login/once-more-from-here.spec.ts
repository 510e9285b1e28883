import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { comesOnceMore, ONCE_MORE } from './once-more-from-here.js';

const ASKED = 'http://a.localhost:4000/shop/bff/callback?code=c%2B1&state=s+1';

/** Where the page sends its frame. */
function next(href: string): string {
  let to = href;
  const { search, hash, pathname } = new URL(href);
  const replace = (given: string) => (to = new URL(given, href).href);
  runInNewContext(ONCE_MORE, { location: { href, search, hash, pathname, replace } });
  return to;
}

describe('the page that asks for an answer once more', () => {
  it.each([
    ['the same address, with a mark', ASKED],
    ['the server, where the IdP has put a fragment behind the answer', `${ASKED}#_=_`],
  ])('asks %s', (_name, href) => {
    expect(next(href)).toBe(`${ASKED}&from=here`);
  });

  it('stays at this host, whatever the path looks like', () => {
    expect(next('http://a.localhost:4000//evil.example/bff/callback?state=s')).toBe(
      'http://a.localhost:4000//evil.example/bff/callback?state=s&from=here',
    );
  });

  it.each([
    ['/bff/callback?state=s', true],
    ['/bff/callback?state=s&from=here', false],
    ['/bff/callback?state=s&from=here&added=by-a-proxy', false],
    ['/bff/callback?from=here&state=s', false],
    ['/bff/callback?state=s&from=hereabouts', true],
  ])('is sent for %s: %s', (url, expected) => {
    const result = { kind: 'unknown_state', hasCode: true, cookieCame: false } as const;
    expect(comesOnceMore(result, { url, headers: { 'sec-fetch-dest': 'iframe' } }, { secure: false })).toBe(expected);
  });
});
