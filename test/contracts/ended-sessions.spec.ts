import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { markForbids, markOf, parseSid, type Sid } from '#session';
import { PrismaEndedSessions } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, ISSUER, signInOf } from '../support/sign-ins.js';

describe('EndedSessions in Postgres', () => {
  const hub = hubForSuite();
  const ended = () => new PrismaEndedSessions(hub().database);
  let cookies = 0;
  const open = async (sub: string, changes = {}): Promise<Sid> => {
    const { sessions, clock } = hub();
    const browser = browserOf(`ended-${(cookies += 1)}`, clock.now());
    const opened = await sessions.open(signInOf(sub, clock.now(), changes), browser);
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  };
  const end = (sid: Sid, effectiveAt: Date) =>
    hub().sessions.end({
      of: { kind: 'sid', sid },
      ...{ cause: 'backchannel_logout', causeId: 'j1', effectiveAt, initiatingEntity: 'user' },
      evidence: { method: 'test', strength: 'strong', probes: 0 },
    });

  it('tells those that have ended, with the cause, and no others: neither living ones nor unknown ones nor another issuer’s', async () => {
    const [over, living] = [await open('ana'), await open('bob')];
    hub().clock.advance(5_000);
    await end(over, hub().clock.now());
    const asked = [over, living, parseSid(uuidv7())!];
    const events = await ended().among(ISSUER, asked);
    expect(events).toMatchObject([{ scope: 'session', iss: ISSUER, sid: over, cause: 'backchannel_logout' }]);
    expect(await ended().among(ISSUER, asked)).toEqual(events); // told once more it is the same event
    expect(await ended().among('https://evil.example', asked)).toEqual([]);
    expect(await ended().among(ISSUER, [])).toEqual([]);
  });

  it('EVT-04: the end that it tells revokes the session even where the IdP’s clock is an hour behind', async () => {
    const sid = await open('cleo');
    const openedAt = hub().clock.now();
    hub().clock.advance(1_000);
    await end(sid, new Date(openedAt.getTime() - 3_600_000));
    const [event] = await ended().among(ISSUER, [sid]);
    expect(markForbids(markOf(event!, hub().clock.now()), openedAt)).toBe(true);
  });

  it('leaves one that is past its end and not ended yet to its own end', async () => {
    const sid = await open('dora', { expiresAt: new Date(hub().clock.now().getTime() + 1_000) });
    hub().clock.advance(2_000);
    expect(await ended().among(ISSUER, [sid])).toEqual([]);
  });
});
