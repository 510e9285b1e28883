import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { httpOrigin, keyValueList, list, port, positiveSeconds, switchKey } from './values.js';

type Case = readonly [text: string, value: unknown];
const REFUSED = Symbol('refused');

function expectReads(schema: z.ZodType, cases: readonly Case[]): void {
  for (const [text, value] of cases) {
    const parsed = schema.safeParse(text);
    expect([text, parsed.success ? parsed.data : REFUSED]).toEqual([text, value]);
  }
}

describe('a value of the configuration', () => {
  it('is a port', () => {
    expectReads(port, [
      ['0', 0],
      ['4000', 4000],
      [' 4000 ', 4000],
      ['65535', 65535],
      ['65536', REFUSED],
      ['-1', REFUSED],
      ['4000.5', REFUSED],
      ['0x10', REFUSED],
      ['1e3', REFUSED],
      [' ', REFUSED],
      ['http', REFUSED],
    ]);
  });

  it('is a number of seconds', () => {
    expectReads(positiveSeconds, [
      ['900', 900],
      ['0.5', 0.5],
      ['0', REFUSED],
      ['-1', REFUSED],
      ['Infinity', REFUSED],
      ['15m', REFUSED],
      [' ', REFUSED],
    ]);
  });

  it('is a switch', () => {
    expectReads(switchKey, [
      ['1', true],
      ['true', true],
      ['0', false],
      ['false', false],
      ['yes', REFUSED],
      ['2', REFUSED],
    ]);
  });

  it('is an origin', () => {
    expectReads(httpOrigin, [
      ['https://app.example.com', 'https://app.example.com'],
      ['http://127.0.0.1:4100', 'http://127.0.0.1:4100'],
      ['http://[::1]:4100', 'http://[::1]:4100'],
      ['https://app.example.com/', REFUSED],
      ['https://app.example.com/path', REFUSED],
      ['https://app.example.com:443', REFUSED],
      ['https://APP.example.com', REFUSED],
      ['https://user@app.example.com', REFUSED],
      ['ws://app.example.com', REFUSED],
      ['app.example.com', REFUSED],
      ['null', REFUSED],
    ]);
  });

  it('is a list', () => {
    expectReads(list(httpOrigin), [
      ['https://a.example', ['https://a.example']],
      [' https://a.example , https://b.example, ', ['https://a.example', 'https://b.example']],
      [',', REFUSED],
      ['https://a.example,b', REFUSED],
    ]);
  });

  it('is a list of names with values', () => {
    expectReads(keyValueList(httpOrigin), [
      ['notes=http://notes:3000', new Map([['notes', 'http://notes:3000']])],
      [' a-1 = http://a , b=http://b,', new Map([['a-1', 'http://a'], ['b', 'http://b']])], // prettier-ignore
      ['notes', REFUSED],
      ['=http://notes', REFUSED],
      ['Notes=http://notes', REFUSED],
      ['../x=http://notes', REFUSED],
      ['notes=nowhere', REFUSED],
      ['notes=http://a,notes=http://b', REFUSED],
    ]);
  });

  it('keeps the equals signs of a value', () => {
    expectReads(keyValueList(z.string()), [['key=a=b==', new Map([['key', 'a=b==']])]]);
  });
});
