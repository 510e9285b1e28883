import { describe, expect, it } from '@jest/globals';
import { pollRequest, readPollAnswer } from './poll-answer.js';

const answer = (status: number, body?: unknown, retryAfterS?: number) =>
  ({ kind: 'answered', status, body, retryAfterS, location: undefined, jwt: undefined, hasNextPage: false }) as const;

describe('the answer to a poll (SSF-07)', () => {
  it('brings tokens by their jti, no more than were asked for', () => {
    const sets = { a: 'token-a', b: 'token-b', c: 5 };
    expect(readPollAnswer(answer(200, { sets, moreAvailable: true, other: 1 }), 2)).toEqual({
      kind: 'sets',
      sets: [
        ['a', 'token-a'],
        ['b', 'token-b'],
      ],
      isMoreAvailable: true,
    });
    expect(readPollAnswer(answer(200, { sets: {} }), 2)).toEqual({ kind: 'sets', sets: [], isMoreAvailable: false });
  });

  it.each<[string, Parameters<typeof readPollAnswer>[0], object]>([
    ['400', answer(400, {}), { reason: 'http_400', doubts: 'replies' }],
    ['401', answer(401, {}), { reason: 'http_401', doubts: 'token' }],
    ['404', answer(404), { reason: 'http_404', doubts: 'stream' }],
    ['429', answer(429, {}, 7), { reason: 'http_429', retryAfterS: 7, doubts: undefined }],
    ['500 with tokens', answer(500, { sets: { a: 'b' } }), { reason: 'http_500' }],
    ['302', answer(302), { reason: 'http_302' }],
    ['200 without JSON', answer(200), { reason: 'malformed' }],
    ['200 without sets', answer(200, {}), { reason: 'malformed' }],
    ['sets that are a list', answer(200, { sets: ['a'] }), { reason: 'malformed' }],
    [
      'an answer that is too large',
      { kind: 'unreachable', reason: 'too_large' },
      { reason: 'too_large', doubts: 'size' },
    ],
    ['no answer', { kind: 'unreachable', reason: 'timeout' }, { reason: 'timeout', doubts: undefined }],
  ])('T197: %s is a failure of the channel, and nothing else', (_name, given, expected) => {
    expect(readPollAnswer(given, 10)).toMatchObject({ kind: 'failed', ...expected });
  });

  it('is asked for with what became of the tokens of before', () => {
    const refused = { err: 'invalid_request', description: 'no' };
    expect(pollRequest([{ jti: 'a' }, { jti: 'b', refused }], { maxEvents: 5, waits: true })).toEqual({
      maxEvents: 5,
      returnImmediately: false,
      ack: ['a'],
      setErrs: { b: refused },
    });
    expect(pollRequest([], { maxEvents: 5, waits: false })).toEqual({ maxEvents: 5, returnImmediately: true });
  });
});
