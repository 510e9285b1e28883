import { describe, expect, it } from '@jest/globals';
import { cacheControlOf, segmentsOf } from './page-file.js';

const FOR_GOOD = 'public, max-age=31536000, immutable';

describe('how long a browser keeps a file', () => {
  it.each(['main.0a1b2c3d.js', 'assets/index-DkR8xz_2.css', 'font.4f5e6d7c8b9a.woff2'])('for good: %s', (path) => {
    expect(cacheControlOf(path)).toBe(FOR_GOOD);
  });

  it.each([
    ...['index.html', 'page.0a1b2c3d.html', 'app.js', 'app-settings2.js', 'report-20240115.js', 'gateway-whatever.js'],
    ...['0a1b2c3d.js', 'effaced.js', 'a-effaced.js', 'no-extension-0a1b2c3d', 'my-CamelCase.js'],
  ])('not without asking: %s', (path) => {
    expect(cacheControlOf(path)).toBe('no-cache');
  });
});

describe('the segments of a path', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['/', ['']],
    ['/a/b%20c?d/e', ['a', 'b c']],
    ['/a/', ['a', '']],
    ['//a', undefined],
    ['/a//b', undefined],
    ['/a%2fb', undefined],
    ['/a%5Cb', undefined],
    ['/a\\b', undefined],
    ['/a%00', undefined],
    ['/%zz', undefined],
  ])('of %s', (url, segments) => {
    expect(segmentsOf(url)).toEqual(segments);
  });
});
