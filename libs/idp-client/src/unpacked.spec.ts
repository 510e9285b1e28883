import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { unpacked } from './unpacked.js';

const TEXT = '{"issuer":"https://id.example/ü"}';

describe('a body', () => {
  it.each([
    [undefined, Buffer.from(TEXT)],
    ['identity', Buffer.from(TEXT)],
    ['gzip', gzipSync(TEXT)],
    ['X-GZIP', gzipSync(TEXT)],
    [' br ', brotliCompressSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
  ])('is read: %s', (coding, body) => {
    expect(unpacked(body, coding, 1_000)).toBe(TEXT);
  });

  it.each([
    ['of a way that nobody knows', 'x-odd', Buffer.from(TEXT)],
    ['of two ways', 'gzip, br', gzipSync(TEXT)],
    ['that is none', 'gzip', Buffer.from(TEXT)],
    ['cut off', 'gzip', gzipSync(TEXT).subarray(0, 20)],
    ['much longer than it looks', 'gzip', gzipSync(Buffer.alloc(50_000_000))],
  ])('is nothing when it is %s', (_name, coding, body) => {
    expect(unpacked(body, coding, 1_000)).toBe('');
  });
});
