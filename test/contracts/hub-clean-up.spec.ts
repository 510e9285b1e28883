import { describe, expect, it } from '@jest/globals';
import { PrismaHubCleanUp, PrismaSessionExpiry } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';

const DAY_MS = 24 * 60 * 60_000;

describe('HubCleanUp in Postgres', () => {
  const hub = hubForSuite();
  const counts = async () => {
    const { database } = hub();
    const { ssoSession, browserSession, outboxEvent, seenToken, revocationMark } = database;
    return Promise.all([
      ssoSession.count(),
      browserSession.count(),
      outboxEvent.count(),
      seenToken.count(),
      revocationMark.count(),
    ]);
  };

  it('removes what has expired, in batches, and never an event that was not published', async () => {
    const { sessions, clock, database } = hub();
    const cleanUp = new PrismaHubCleanUp(database, clock);
    for (const n of [1, 2, 3]) {
      const { iss, clientId, sub } = signInOf(`person-${n}`, clock.now());
      await sessions.open(signInOf(`person-${n}`, clock.now()), browserOf(`cookie-${n}`, clock.now()));
      await sessions.end(
        {
          ...{
            of: { kind: 'subject', iss, clientId, sub },
            cause: 'backchannel_logout',
            causeId: `j-${n}`,
            effectiveAt: clock.now(),
          },
          ...{ evidence: { method: 'backchannel', strength: 'strong', probes: 0 }, initiatingEntity: 'user' },
        },
        { iss, jti: `j-${n}`, tokenHash: 'h', expiresAt: clock.now() },
      );
    }
    await database.outboxEvent.updateMany({
      where: { sid: { not: (await database.ssoSession.findFirstOrThrow()).id } },
      data: { publishedAt: clock.now() },
    });
    expect(await counts()).toEqual([3, 3, 3, 3, 3]);

    expect(await cleanUp.removeBatch(2)).toBe(2); // of the tokens that no longer verify
    expect(await counts()).toEqual([3, 3, 3, 1, 3]);

    clock.advance(2 * DAY_MS);
    await cleanUp.removeBatch(500);
    expect(await counts()).toEqual([3, 3, 3, 0, 3]);

    clock.advance(7 * DAY_MS);
    await cleanUp.removeBatch(500);
    expect(await counts()).toEqual([0, 0, 1, 0, 3]);

    clock.advance(31 * DAY_MS);
    await cleanUp.removeBatch(500);
    expect(await counts()).toEqual([0, 0, 1, 0, 0]);
  });

  it('a session that nobody has ended is ended first, however long ago its time passed', async () => {
    const { sessions, clock, database } = hub();
    const opened = await sessions.open(signInOf('left', clock.now()), browserOf('left', clock.now()));
    if (opened.kind !== 'opened') throw new Error('it was refused');
    clock.advance(30 * DAY_MS);
    const cleanUp = new PrismaHubCleanUp(database, clock);
    await cleanUp.removeBatch(500);
    expect(await sessions.find(opened.sid)).toBeDefined();
    await new PrismaSessionExpiry(database, sessions).endExpired(clock.now(), 10);
    await cleanUp.removeBatch(500);
    expect(await sessions.find(opened.sid)).toBeUndefined();
  });
});
