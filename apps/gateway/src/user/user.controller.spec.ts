import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';
import type { SsoSessions } from '#session';
import { TestClock } from '../../../../test/support/clock.js';
import type { SessionReader } from '../http/session-reader.js';
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
    const sessions = { tokensOf: () => Promise.resolve(undefined) } as unknown as SsoSessions;
    const controller = new UserController(reader, sessions, new TestClock());
    await expect(controller.user({} as FastifyRequest, 'false')).rejects.toMatchObject({
      body: { status: 401, reason: 'operator' },
    });
  });
});
