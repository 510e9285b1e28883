import { describe, expect, it } from '@jest/globals';
import { type AppSession, parseSid, parseSub, type SessionClaim } from '#session';
import { SessionAccess } from './session-access.js';
import { SessionMemory } from './session-memory.js';

const NOW = new Date('2026-08-30T12:00:00Z');
const STALENESS = { maxMs: 5_000, failClosedAfterMs: 900_000 };
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const claim: SessionClaim = {
  ...{ iss: 'https://idp.example.com', sid: parseSid('00000000-0000-7000-8000-000000000001')!, sub: parseSub('ana')! },
  ...{ openedAt: ago(60_000), expiresAt: ago(-3_600_000), authTime: undefined, idpCheckedAt: undefined },
};

/** A replica whose database answers when the test says so. */
function replica(trueAsOf: Date | undefined) {
  const [memory, waiting] = [new SessionMemory(), [] as (() => void)[]];
  const open = (session: Omit<AppSession, 'revoked'>) =>
    new Promise<AppSession>((resolve) => {
      waiting.push(() => {
        resolve({ ...session, revoked: undefined });
      });
    });
  const sources = {
    sessions: { open },
    memory,
    feed: { trueAsOf },
    sync: { caughtUp: true },
    clock: { now: () => NOW },
  };
  return { memory, waiting, access: new SessionAccess(sources) };
}

/** So many requests at the same time. */
const together = (access: SessionAccess, staleness = STALENESS, claims = [claim, claim, claim]) =>
  Promise.allSettled(claims.map(async (one) => access.admit(one, staleness)));

describe('requests of a session that a replica does not know, at the same time', () => {
  it.each([
    ['share one read while memory may answer', NOW, STALENESS, 1],
    ['have a read each where the route wants the database', NOW, { ...STALENESS, maxMs: 0 }, 3],
    ['have a read each while the feed is not known to be whole', ago(5_001), STALENESS, 3],
    ['have a read each before the feed was known to be whole', undefined, STALENESS, 3],
  ])('%s', async (_name, trueAsOf, staleness, reads) => {
    const { access, waiting } = replica(trueAsOf);
    const answers = together(access, staleness);
    expect(waiting).toHaveLength(reads);
    for (const answer of waiting) answer();
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('do not share a read when they claim otherwise', () => {
    const { access, waiting } = replica(NOW);
    void together(access, STALENESS, [claim, { ...claim, sub: parseSub('bea')! }, { ...claim, openedAt: ago(1) }]);
    expect(waiting).toHaveLength(3);
  });

  it('are refused, all of them, by an ending that was heard while they waited', async () => {
    const { access, memory, waiting } = replica(NOW);
    const answers = together(access);
    const { iss, sid } = claim;
    memory.hear({ iss, scope: 'session', key: sid, endedBefore: NOW, cause: 'operator', eventId: 'e' }, NOW.getTime());
    waiting[0]?.();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('are not answered by a read from before everything was forgotten', async () => {
    const { access, memory, waiting } = replica(NOW);
    const before = access.admit(claim, STALENESS);
    memory.forget();
    const after = access.admit(claim, STALENESS);
    expect(waiting).toHaveLength(2);
    waiting[0]?.();
    waiting[1]?.();
    expect((await Promise.all([before, after])).map(({ sub }) => sub)).toEqual(['ana', 'ana']);
  });
});
