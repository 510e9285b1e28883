import { describe, expect, it } from '@jest/globals';
import { Sites } from './sites.js';

const FRONT_ENDS = new Map([
  ['notes', 'http://localhost:8080'],
  ['billing', 'https://billing.test'],
]);
const sites = new Sites(FRONT_ENDS, 'http://localhost:8088');
const through = (host: string, proto: string) => ({
  ...{ host: 'localhost:8088', 'x-forwarded-host': host, 'x-forwarded-proto': proto },
});

describe('whose request it is', () => {
  it('is a front end’s when the gateway says so', () => {
    expect(sites.of(through('localhost:8080', 'http'))).toEqual({
      ...{ kind: 'front_end', name: 'notes', origin: 'http://localhost:8080' },
    });
    expect(sites.of(through('billing.test', 'https'))).toMatchObject({ name: 'billing' });
  });

  it('is the timeline’s when it comes straight, under its very name', () => {
    expect(sites.of({ host: 'localhost:8088' })).toMatchObject({ kind: 'timeline' });
  });

  it.each([
    ['DNS was made to lead here', { host: 'evil.test:8088' }],
    ['the number is none of its names', { host: '127.0.0.1:8088' }],
    ['it has no port', { host: 'localhost' }],
    ['it has no host', {}],
    ['a proxy says another host', through('localhost:8088', 'http')],
    ['a proxy says another scheme', through('localhost:8080', 'https')],
    ['a proxy says two hosts', through('localhost:8080, localhost:8080', 'http')],
    ['a proxy says less', { host: 'localhost:8088', 'x-forwarded-for': '10.0.0.1' }],
    ['a proxy says it in another way', { host: 'localhost:8088', forwarded: 'host=localhost:8088' }],
    ['a proxy says an object’s own', through('constructor', '__proto__')],
  ])('is nobody’s when %s', (_name, headers) => {
    expect(sites.of(headers)).toEqual({ kind: 'nobody' });
  });
});
