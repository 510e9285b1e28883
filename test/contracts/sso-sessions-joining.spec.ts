import { describe, expect, it } from '@jest/globals';
import { type EndingOf, type OpenedSession, parseSub, type Sid, type TokenSet } from '#session';
import { hubForSuite } from '../support/hub.js';
import { browserOf, CLIENT, ISSUER, signInOf } from '../support/sign-ins.js';

const WITHOUT: TokenSet = {
  ...{ idToken: 'newer', accessToken: 'newer-access', accessExpiresAt: undefined },
  refreshToken: undefined,
};

describe('SsoSessions in Postgres: sign-ins that join a session, or meet an ending', () => {
  const hub = hubForSuite();
  let cookies = 0;

  const open = (sub: string, changes = {}): Promise<OpenedSession> => {
    const { sessions, clock } = hub();
    return sessions.open(signInOf(sub, clock.now(), changes), browserOf(`cookie-${(cookies += 1)}`, clock.now()));
  };
  const sidOf = async (opening: Promise<OpenedSession>): Promise<Sid> => {
    const opened = await opening;
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  };
  const end = (of: EndingOf) =>
    hub().sessions.end({
      ...{ of, cause: 'backchannel_logout', causeId: 'a-token', effectiveAt: hub().clock.now() },
      ...{ evidence: { method: 'backchannel', strength: 'strong', probes: 0 }, initiatingEntity: 'system' },
    });

  it('a sign-in that brings no refresh token leaves the one that works', async () => {
    const sid = await sidOf(open('ann'));
    expect(await sidOf(open('ann', { tokens: WITHOUT }))).toBe(sid);
    expect(await hub().sessions.tokensOf(sid)).toMatchObject({
      ...{ idToken: 'newer', accessToken: 'newer-access', refreshToken: 'refresh-ann' },
    });
    expect(await hub().tokens.read(sid)).toMatchObject({ generation: 2, refresh: { kind: 'idle' } });
  });

  it.each(['ambiguous', 'refused'] as const)('and takes one away whose refresh was %s', async (kind) => {
    const sid = await sidOf(open(`bob-${kind}`));
    const now = hub().clock.now();
    await hub().tokens.begin(sid, 1, now, { leaseMs: 1, again: false });
    await hub().tokens.settle(sid, 1, kind, now);
    await sidOf(open(`bob-${kind}`, { tokens: WITHOUT }));
    expect(await hub().tokens.read(sid)).toMatchObject({
      ...{ tokens: { idToken: 'newer', refreshToken: undefined }, refresh: { kind: 'idle' } },
    });
  });

  it('and one that is at the IdP at this moment: what comes back is of older tokens, and the IdP may have replaced it', async () => {
    const sid = await sidOf(open('cas'));
    const now = hub().clock.now();
    await hub().tokens.begin(sid, 1, now, { leaseMs: 15_000, again: false });
    await sidOf(open('cas', { tokens: WITHOUT }));
    expect((await hub().tokens.read(sid))?.tokens.refreshToken).toBeUndefined();
    expect(await hub().tokens.store(sid, 1, { ...WITHOUT, refreshToken: 'late' }, now)).toBe(false);
  });

  it('another IdP session of the person gets nothing of the first one’s', async () => {
    const first = await sidOf(open('dov', { idpSid: 'dov-1' }));
    const second = await sidOf(open('dov', { idpSid: 'dov-2', tokens: WITHOUT }));
    expect((await hub().sessions.tokensOf(second))?.refreshToken).toBeUndefined();
    expect((await hub().sessions.tokensOf(first))?.refreshToken).toBe('refresh-dov');
  });

  it('an ending that names the wrong person beside a sid refuses nobody else’s sign-in', async () => {
    const idpSid = 'idp-session-of-eve';
    await end({ kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid, sub: parseSub('mallory') });
    expect((await open('eve')).kind).toBe('opened');
  });

  it.each(['finn', undefined])('GW-29: one that names the right one, or none (%s), refuses it', async (named) => {
    const sub = named === undefined ? undefined : parseSub(named);
    const idpSid = `finn-${named ?? 'alone'}`;
    await end({ kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid, sub });
    expect(await open('finn', { idpSid })).toEqual({ kind: 'ended_meanwhile' });
    hub().clock.advance(1_000);
    expect((await open('finn', { idpSid })).kind).toBe('opened');
  });
});
