import { describe, expect, it } from '@jest/globals';
import { InMemoryAppSessions } from '../../../test/support/in-memory-app-sessions.js';
import { type AppSession, parseSid, parseSub } from '#session';
import { SessionAccess } from './session-access.js';
import { SessionMemory } from './session-memory.js';

const NOW = 1_000_000_000;
const STALENESS = { maxMs: 5_000, failClosedAfterMs: 900_000 };
const CLAIM = {
  iss: 'https://idp.example.com',
  sid: parseSid('00000000-0000-7000-8000-000000000001')!,
  sub: parseSub('ana')!,
  openedAt: new Date(NOW - 1_000),
  expiresAt: new Date(NOW + 1e9),
  authTime: undefined,
  idpCheckedAt: undefined,
};

/** A replica whose clock, feed and database a test sets. */
class Replica extends InMemoryAppSessions {
  nowMs = NOW;
  isAway = false;
  /** when the feed was known to be whole */
  trueMs: number | undefined = NOW;
  readonly access = new SessionAccess({
    sessions: this,
    memory: new SessionMemory(),
    feed: (() => {
      const trueAsOf = () => (this.trueMs === undefined ? undefined : new Date(this.trueMs));
      return {
        get trueAsOf() {
          return trueAsOf();
        },
      };
    })(),
    sync: { caughtUp: true },
    clock: { now: () => new Date(this.nowMs) },
  });

  override open(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession> {
    return this.isAway ? Promise.reject(new Error('the database is away')) : super.open(session, now);
  }

  async asked(): Promise<string> {
    try {
      return (await this.access.admit(CLAIM, STALENESS)).sub;
    } catch (error) {
      return (error as { readonly refusal: string }).refusal;
    }
  }
}

describe('access, on a machine whose clock is set back', () => {
  it('asks a database again that failed at a time that is yet to come', async () => {
    const replica = new Replica();
    expect(await replica.asked()).toBe('ana');
    [replica.isAway, replica.trueMs] = [true, NOW - 60_000];
    expect(await replica.asked()).toBe('sessions-unknown');
    [replica.isAway, replica.nowMs] = [false, NOW - 3_600_000];
    replica.trueMs = undefined;
    expect(await replica.asked()).toBe('ana');
  });
});
