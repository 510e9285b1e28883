import { describe, expect, it } from '@jest/globals';
import { insist } from './insist.js';

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

describe('insisting', () => {
  it('goes on until it succeeds: a broker that is there may not be ready', async () => {
    let tries = 0;
    const attempt = () => {
      tries += 1;
      return tries < 3 ? Promise.reject(new Error('JetStream system temporarily unavailable')) : Promise.resolve();
    };
    await insist('test', attempt, new AbortController().signal, silent);
    expect(tries).toBe(3);
  });

  it('stops when it is told to, also in the middle of a pause', async () => {
    const stopping = new AbortController();
    const insisting = insist('test', () => Promise.reject(new Error('no')), stopping.signal, silent);
    stopping.abort();
    await expect(insisting).resolves.toBeUndefined();
  });

  it('does not begin when it was told to stop before', async () => {
    let tries = 0;
    await insist('test', () => Promise.resolve(void (tries += 1)), AbortSignal.abort(), silent);
    expect(tries).toBe(0);
  });
});
