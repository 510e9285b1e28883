import { describe, expect, it } from '@jest/globals';
import { channelHealth, type SsfStream } from './ssf-stream.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const PROVEN: SsfStream = {
  streamId: 's',
  pollEndpoint: 'https://t.example/poll',
  status: 'enabled',
  replies: [],
  verifyState: 'hash',
  verifyAskedAt: undefined,
  verifyDueAt: undefined,
  verifiedAt: ago(20),
  polledAt: ago(0),
  failures: 0,
};

describe('the health of a stream of security events', () => {
  it.each<[string, Partial<SsfStream>, string]>([
    ['verified lately and polled', {}, 'proven'],
    ['never verified', { verifiedAt: undefined }, 'unproven'],
    ['never polled', { polledAt: undefined }, 'unproven'],
    ['four failures in a row', { failures: 4 }, 'proven'],
    ['five failures in a row', { failures: 5 }, 'poll_fails'],
    ['T198: paused', { status: 'paused' }, 'paused'],
    ['T198: disabled', { status: 'disabled' }, 'disabled'],
    ['no poll for eleven minutes', { polledAt: ago(11) }, 'not_polled'],
    ['asked for verification four minutes ago', { verifyAskedAt: ago(4) }, 'proven'],
    ['asked for verification six minutes ago', { verifyAskedAt: ago(6) }, 'verification_missing'],
    [
      'asked for the first time six minutes ago',
      { verifiedAt: undefined, verifyAskedAt: ago(6) },
      'verification_missing',
    ],
    ['verified more than two hours ago', { verifiedAt: ago(121) }, 'verification_missing'],
  ])('SSF-09: %s', (_name, changes, expected) => {
    const health = channelHealth({ ...PROVEN, ...changes }, NOW);
    expect(health.kind === 'unhealthy' ? health.reason : health.kind).toBe(expected);
  });
});
