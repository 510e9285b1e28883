import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PrismaPollers, PrismaSessionCensus } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';

describe('Pollers in Postgres', () => {
  const hub = hubForSuite();

  it('counts those that were seen in the last 15 seconds', async () => {
    const pollers = new PrismaPollers(hub().database);
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await pollers.seen(first)).toBe(1);
    expect(await pollers.seen(second)).toBe(2);
    expect(await pollers.seen(first)).toBe(2);
    expect(await pollers.seen(third)).toBe(3);
    await pollers.leave(second);
    expect(await pollers.seen(first)).toBe(2);
    await hub().database.poller.update({ where: { id: third }, data: { seenAt: new Date(Date.now() - 16_000) } });
    expect(await pollers.seen(first)).toBe(1);
  });

  it('forgets those that have not been seen for an hour', async () => {
    const pollers = new PrismaPollers(hub().database);
    const gone = randomUUID();
    await hub().database.poller.create({ data: { id: gone, seenAt: new Date(Date.now() - 3_700_000) } });
    await pollers.seen(randomUUID());
    expect(await hub().database.poller.findUnique({ where: { id: gone } })).toBeNull();
  });
});

describe('SessionCensus in Postgres', () => {
  const hub = hubForSuite();
  const census = () => new PrismaSessionCensus(hub().database);
  const now = () => hub().clock.now();
  const open = async (iss: string, clientId: string, persons: readonly string[]) => {
    for (const person of persons)
      await hub().sessions.open(
        signInOf(person, now(), { iss, clientId, idpSid: person }),
        browserOf(randomUUID(), now()),
      );
  };

  it('counts endings of one issuer by cause, since a moment', async () => {
    const iss = 'https://ends.example';
    await open(iss, 'gateway', ['a', 'b', 'c', 'd', 'still here']);
    const endAs = (sub: string, endCause: string, agoMs: number) =>
      hub().database.ssoSession.updateMany({
        where: { iss, sub },
        data: { endCause, endedAt: new Date(now().getTime() - agoMs) },
      });
    await endAs('a', 'backchannel_logout', 1_000);
    await endAs('b', 'backchannel_logout', 2_000);
    await endAs('c', 'poll_session_ended', 3_000);
    await endAs('d', 'backchannel_logout', 90_000_000);
    const ago = (ms: number) => new Date(now().getTime() - ms);
    const counts = await census().endingsOf(iss, ago(86_400_000), now());
    expect(counts).toEqual({
      from: ago(86_400_000),
      of: new Map([
        ['backchannel_logout', { count: 2, lastAt: ago(1_000) }],
        ['poll_session_ended', { count: 1, lastAt: ago(3_000) }],
      ]),
    });
    const before = await census().endingsOf(iss, ago(86_400_000), ago(2_000));
    expect(before.of.get('backchannel_logout')).toEqual({ count: 1, lastAt: ago(2_000) });
    expect((await census().endingsOf('https://other.example', new Date(0), now())).of).toEqual(new Map());
  });

  it('finds live sessions of issuers and clients that nobody watches', async () => {
    await hub().database.ssoSession.deleteMany();
    await open('https://a.example', 'gateway', ['1', '2']);
    await open('https://a.example', 'other', ['1', '2', '3']);
    await open('https://z.example', 'gateway', ['1']);
    await open('https://old.example', 'gateway', ['1']);
    await hub().database.ssoSession.updateMany({ where: { iss: 'https://old.example' }, data: { expiresAt: now() } });
    const a = { iss: 'https://a.example', clientId: 'gateway' };
    const z = { iss: 'https://z.example', clientId: 'gateway' };
    expect(await census().unwatched([a, z], now())).toEqual([{ ...a, clientId: 'other', sessions: 3 }]);
    expect(await census().unwatched([a], now())).toHaveLength(2);
    expect(await census().unwatched([], now())).toHaveLength(3);
  });
});
