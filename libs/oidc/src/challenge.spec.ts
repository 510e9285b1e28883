import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseChallenges } from './challenge.js';

const read = (header: string) =>
  parseChallenges(header)?.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('a WWW-Authenticate header', () => {
  it.each<[header: string, read: unknown]>([
    ['Bearer', [['bearer', {}]]],
    ['Bearer realm="a b", error="invalid_token"', [['bearer', { realm: 'a b', error: 'invalid_token' }]]],
    ['BEARER Error = invalid_token', [['bearer', { error: 'invalid_token' }]]],
    ['Bearer x="a, Basic b=\\"c\\"", y=z', [['bearer', { x: 'a, Basic b="c"', y: 'z' }]]],
    [
      'Negotiate YWJj==, Bearer error="e"',
      [
        ['negotiate', {}],
        ['bearer', { error: 'e' }],
      ],
    ],
    [
      'Basic realm="x", Bearer error="e"',
      [
        ['basic', { realm: 'x' }],
        ['bearer', { error: 'e' }],
      ],
    ],
    [', ,Bearer error=e , ', [['bearer', { error: 'e' }]]],
    ['Bearer error=', [['bearer', {}]]], // one opaque text, of which nothing is read
    ['', []],
  ])('%j is read', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it.each([
    'Bearer error="invalid_token',
    'Bearer error="a"b',
    'Bearer error=a, error=b',
    'error="invalid_token"',
    'Bearer: error="x"',
    '"Bearer"',
    `Bearer x="${'a'.repeat(5_000)}"`,
  ])('%j is not believed', (header) => {
    expect(read(header)).toBeUndefined();
  });

  it('that is missing is not believed, and none breaks the reader', () => {
    expect(parseChallenges(undefined)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void parseChallenges(text)));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('B', ' ', ',', '=', '"', '\\') }),
        (text) => void parseChallenges(text),
      ),
    );
  });
});
