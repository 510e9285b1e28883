import { describe, expect, it } from '@jest/globals';
import type { SessionTokens, Sid, TokenSet } from '#session';
import { hubForSuite } from '../support/hub.js';
import { browserOf, ISSUER, signInOf } from '../support/sign-ins.js';

const once: Parameters<SessionTokens['begin']>[3] = { leaseMs: 15_000, again: false };

describe('SessionTokens in Postgres and the poller, which', () => {
  const hub = hubForSuite();
  const now = () => hub().clock.now();

  async function signIn(sub: string, cookie = sub): Promise<Sid> {
    const opened = await hub().sessions.open(signInOf(sub, now()), browserOf(cookie, now()));
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  }
  const rowOf = (sid: Sid) => hub().database.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  const begin = (sid: Sid, options = once, generation = 1) => hub().tokens.begin(sid, generation, now(), options);
  const next = (changes: Partial<TokenSet> = {}): TokenSet => ({
    ...{ idToken: 'id-2', accessToken: 'access-2', refreshToken: 'refresh-2', refreshExpiresAt: undefined },
    accessExpiresAt: new Date(now().getTime() + 300_000),
    ...changes,
  });

  const claim = async (sid: Sid) => {
    await hub().database.ssoSession.update({
      where: { id: sid },
      data: { probeDueAt: new Date(0), leaseEndsAt: null },
    });
    const leaseEndsAt = new Date(now().getTime() + 60_000);
    const claimed = await hub().queue.claim({ iss: ISSUER, clientId: 'gateway' }, now(), leaseEndsAt, 1000);
    return claimed.find((session) => session.sid === sid)!;
  };

  it('is not shown tokens that an answer on its way may have replaced: of those "inactive" says nothing', async () => {
    const sid = await signIn('nina');
    expect((await claim(sid)).tokens).toMatchObject({ refreshToken: 'refresh-nina' });
    await begin(sid);
    expect((await claim(sid)).tokens).toMatchObject({ accessToken: undefined, refreshToken: undefined });
    await hub().tokens.settle(sid, 1, 'ambiguous', now());
    expect((await claim(sid)).tokens).toMatchObject({ accessToken: undefined, refreshToken: undefined });
    await hub().tokens.store(sid, 1, next(), now());
    expect((await claim(sid)).tokens).toMatchObject({ refreshToken: 'refresh-2' });
  });

  it('ends nothing by a probe that began before the refresh did', async () => {
    const sid = await signIn('oda');
    const claimed = await claim(sid);
    await begin(sid);
    const { leaseId, tokenGeneration } = claimed;
    const { ended } = await hub().sessions.end({
      ...{
        of: { kind: 'sid', sid, onlyIf: { leaseId, tokenGeneration } },
        cause: 'poll_session_ended',
        causeId: 'p',
      },
      ...{ effectiveAt: now(), evidence: { method: 'introspect', strength: 'weak', probes: 2 } },
      initiatingEntity: 'system',
    });
    expect(ended).toEqual([]);
    const record = { dueAt: now(), checkedAt: undefined, weakEndedAt: now(), unknown: undefined };
    expect(await hub().queue.record(claimed, record)).toBe(false);
  });

  it('begins to count anew with new tokens', async () => {
    const sid = await signIn('pam');
    const record = { dueAt: now(), checkedAt: undefined, weakEndedAt: now(), unknown: undefined };
    expect(await hub().queue.record(await claim(sid), record)).toBe(true);
    await begin(sid);
    await hub().tokens.store(sid, 1, next(), now());
    expect((await rowOf(sid)).weakEndedAt).toBeNull();
  });

  it('POL-05: keeps its lease through a refresh of its own, and records and ends by the new generation', async () => {
    const sid = await signIn('quy');
    const claimed = await claim(sid);
    const own = { ...once, probe: { leaseId: claimed.leaseId } };
    expect(await begin(sid, own)).toBe(true);
    expect(await hub().tokens.store(sid, 1, next(), now())).toBe(true);
    const record = { dueAt: now(), checkedAt: now(), weakEndedAt: undefined, unknown: undefined };
    expect(await hub().queue.record(claimed, record)).toBe(false); // of the generation before
    expect(await hub().queue.record({ ...claimed, tokenGeneration: 2 }, record)).toBe(true);
    expect((await rowOf(sid)).leaseId).toBe(claimed.leaseId);
  });

  it('POL-05: has no right to refresh once its lease is lost, or while the gateway is at it', async () => {
    const sid = await signIn('rut');
    const lost = { ...once, probe: { leaseId: (await claim(sid)).leaseId } };
    const { leaseId } = await claim(sid);
    expect(await begin(sid, lost)).toBe(false);
    expect(await begin(sid)).toBe(true); // the gateway
    expect(await begin(sid, { ...once, probe: { leaseId } })).toBe(false);
  });

  it('may send once more a refresh token that was refused, which nobody else may', async () => {
    const sid = await signIn('sol');
    await begin(sid);
    await hub().tokens.settle(sid, 1, 'refused', now());
    expect(await begin(sid)).toBe(false);
    const { leaseId } = await claim(sid);
    expect(await begin(sid, { ...once, probe: { leaseId } })).toBe(true);
  });

  it('T136: asks again at once when a refresh has voided its probe, and not only after the lease', async () => {
    const sid = await signIn('tea');
    const claimed = await claim(sid);
    await begin(sid);
    await hub().tokens.store(sid, 1, next(), now());
    expect((await rowOf(sid)).leaseEndsAt! > now()).toBe(true);
    const record = { dueAt: new Date(now().getTime() + 12_000), checkedAt: undefined, weakEndedAt: now() };
    expect(await hub().queue.record(claimed, { ...record, unknown: undefined })).toBe(false);
    expect(await rowOf(sid)).toMatchObject({ probeDueAt: now(), leaseEndsAt: null, weakEndedAt: null });
  });

  it('T136: leaves a session alone that another poller has claimed since', async () => {
    const sid = await signIn('uma');
    const first = await claim(sid);
    const second = await claim(sid);
    const record = { dueAt: now(), checkedAt: now(), weakEndedAt: undefined, unknown: undefined };
    expect(await hub().queue.record(first, record)).toBe(false);
    expect(await rowOf(sid)).toMatchObject({ leaseId: second.leaseId });
    expect((await rowOf(sid)).leaseEndsAt! > now()).toBe(true);
  });

  it('T136: new tokens of a session whose earlier ones were called inactive make it due at once', async () => {
    const sid = await signIn('vic');
    const record = { dueAt: new Date(now().getTime() + 12_000), checkedAt: undefined, weakEndedAt: now() };
    await hub().queue.record(await claim(sid), { ...record, unknown: undefined });
    await begin(sid);
    await hub().tokens.store(sid, 1, next(), now());
    expect(await rowOf(sid)).toMatchObject({ probeDueAt: now(), leaseEndsAt: null, weakEndedAt: null });
  });

  it('T136: and so does what the IdP refuses, though a poller asks about it at this moment; a sign-in ends its lease too', async () => {
    const sid = await signIn('wim');
    const again = () => claim(sid).then(() => rowOf(sid));
    expect((await again()).leaseEndsAt).not.toBeNull();
    await hub().tokens.settle(sid, 1, 'refused', now(), { probeNow: true });
    expect(await rowOf(sid)).toMatchObject({ probeDueAt: now(), leaseEndsAt: null });
    expect((await again()).leaseEndsAt).not.toBeNull();
    await signIn('wim', 'wim-2');
    expect((await rowOf(sid)).leaseEndsAt).toBeNull();
  });
});
