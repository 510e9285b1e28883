import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseSub, type Sid, type WantedCanary } from '#session';
import { hubForSuite } from '../support/hub.js';
import { browserOf, CLIENT, signInOf } from '../support/sign-ins.js';

const MINUTE_MS = 60_000;

describe('canaries, in Postgres', () => {
  const hub = hubForSuite();
  const now = () => hub().clock.now();
  const ago = (minutes: number) => new Date(now().getTime() - minutes * MINUTE_MS);
  /** One person after the other, a minute apart: the last is the newest. */
  const open = async (iss: string, subs: readonly string[]): Promise<void> => {
    for (const sub of subs) {
      await hub().sessions.open(signInOf(sub, now(), { iss, idpSid: sub }), browserOf(randomUUID(), now()));
      hub().clock.advance(MINUTE_MS);
    }
  };
  const change = (iss: string, sub: string, data: Readonly<Record<string, unknown>>) =>
    hub().database.ssoSession.updateMany({ where: { iss, sub }, data });
  const subsOf = async (iss: string, wanted: WantedCanary = {}, limit = 1) =>
    (await hub().canaries.newest({ iss, clientId: CLIENT }, wanted, now(), limit)).map(({ sub }) => sub);

  it('are the newest sessions of a lane; of one person, of anybody but her, and so many', async () => {
    const iss = 'https://one.example';
    await open(iss, ['ana', 'bob', 'cleo']);
    expect(await subsOf(iss)).toEqual(['cleo']);
    expect(await subsOf(iss, {}, 5)).toEqual(['cleo', 'bob', 'ana']);
    expect(await subsOf(iss, { sub: 'ana' }, 5)).toEqual(['ana']);
    expect(await subsOf(iss, { notOf: parseSub('cleo')! })).toEqual(['bob']);
    expect(await subsOf(iss, { sub: 'nobody' })).toEqual([]);
    expect(await subsOf('https://other.example')).toEqual([]);
    expect(await hub().canaries.newest({ iss, clientId: 'another' }, {}, now(), 1)).toEqual([]);
  });

  it('are the newest of each person where one must not be the only one who is looked at', async () => {
    const iss = 'https://each.example';
    await open(iss, ['bob', 'ana']);
    for (let n = 0; n < 5; n += 1)
      await hub().sessions.open(signInOf('ana', now(), { iss, idpSid: randomUUID() }), browserOf(randomUUID(), now()));
    expect((await subsOf(iss, { oneOfEach: true }, 5)).sort()).toEqual(['ana', 'bob']);
    expect(await subsOf(iss, { oneOfEach: true }, 1)).toHaveLength(1);
  });

  it.each([
    ['sleeps', { asleepSince: new Date(0) }],
    ['is held by the brake', { heldAt: new Date(0) }],
    ['has ended', { endedAt: new Date(0) }],
    ['has expired', { expiresAt: new Date(0) }],
  ])('never one that %s', async (word, data) => {
    const iss = `https://${word.replaceAll(' ', '-')}.example`;
    await open(iss, ['ana', 'bob']);
    await change(iss, 'bob', data);
    expect(await subsOf(iss)).toEqual(['ana']);
    expect(await subsOf(iss, { sub: 'bob' })).toEqual([]);
  });

  it('have tokens that may be sent, where that is wanted', async () => {
    const iss = 'https://tokens.example';
    await open(iss, ['ana', 'bob', 'cleo']);
    await change(iss, 'cleo', { refreshToken: null, accessToken: null });
    await change(iss, 'bob', { refreshState: 'under_way' });
    expect(await subsOf(iss)).toEqual(['cleo']);
    expect(await subsOf(iss, { hasTokens: true })).toEqual(['ana']);
  });

  it('were signed in since: a person by her latest sign-in, anybody by the first of the session', async () => {
    const iss = 'https://lately.example';
    await open(iss, ['ana']);
    hub().clock.advance(10 * MINUTE_MS);
    await open(iss, ['ana']); // joins her session
    expect(await subsOf(iss, { signedInSince: ago(5) })).toEqual([]);
    expect(await subsOf(iss, { sub: 'ana', signedInSince: ago(5) })).toEqual(['ana']);
    hub().clock.advance(5 * MINUTE_MS);
    expect(await subsOf(iss, { sub: 'ana', signedInSince: ago(5) })).toEqual([]);
  });

  it('a canary is claimed by its id, also from under another poller', async () => {
    const iss = 'https://claimed.example';
    const lane = { iss, clientId: CLIENT };
    await open(iss, ['ana']);
    const claim = async (sid: Sid) =>
      (await hub().queue.claimThese(lane, [sid], new Date(now().getTime() + MINUTE_MS)))[0]!;
    const [canary] = await hub().canaries.newest(lane, {}, now(), 1);
    const first = await claim(canary!.sid);
    const second = await claim(canary!.sid);
    expect(second.leaseId).not.toBe(first.leaseId);
    const record = { dueAt: now(), checkedAt: now(), weakEndedAt: undefined, unknown: undefined };
    expect([await hub().queue.record(first, record), await hub().queue.record(second, record)]).toEqual([false, true]);
  });
});
