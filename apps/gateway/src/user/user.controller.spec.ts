import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';
import type { SessionTokens } from '#session';
import { TestClock } from '../../../../test/support/clock.js';
import type { SessionReader } from '../http/session-reader.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import type { SilentAttempts } from '../silent/silent-attempts.js';
import { PersonClaims } from './person-claims.js';
import { UserController } from './user.controller.js';

describe('GET /bff/user', () => {
  it('says why a session has ended that ends while it is being read', async () => {
    let looks = 0;
    const reader = {
      require: () => {
        looks += 1;
        if (looks === 1) return Promise.resolve({ sso: { sid: 's' } });
        return Promise.reject(
          problem(401, 'session-ended', 'The session has ended', undefined, { reason: 'operator' }),
        );
      },
    } as unknown as SessionReader;
    const tokens = { read: () => Promise.resolve(undefined) } as unknown as SessionTokens;
    const claims = new PersonClaims(tokens, 10);
    const silent = {
      explain: (_request: unknown, error: unknown) => Promise.resolve(error),
    } as unknown as SilentAttempts;
    const controller = new UserController(reader, claims, new FrontEnds([]), new TestClock(), silent);
    const request = { headers: { 'x-csrf': '1' }, query: { slide: 'false' } } as unknown as FastifyRequest<{
      Querystring: { slide?: unknown };
    }>;
    await expect(controller.user(request)).rejects.toMatchObject({
      body: { status: 401, reason: 'operator' },
    });
  });
});
