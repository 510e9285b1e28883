import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type Ending, type EndingOf, parseSub, type Sid } from '#session';
import { PrismaSsoSessions, TokenCipher } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, CLIENT, ISSUER, signInOf } from '../support/sign-ins.js';

describe('SsoSessions in Postgres: who is meant by an ending, and what is left', () => {
  const hub = hubForSuite();

  const open = async (sub: string, cookie: string, changes = {}): Promise<Sid> => {
    const { sessions, clock } = hub();
    const opened = await sessions.open(signInOf(sub, clock.now(), changes), browserOf(cookie, clock.now()));
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  };
  const end = (of: EndingOf, effectiveAt = hub().clock.now()) => hub().sessions.end({ ...said, of, effectiveAt });
  const said: Omit<Ending, 'of' | 'effectiveAt'> = {
    cause: 'user_global_logout',
    causeId: 'a-logout',
    evidence: { method: 'rp_initiated', strength: 'strong', probes: 0 },
    initiatingEntity: 'user',
  };
  const isEnded = async (sid: Sid) => (await hub().sessions.find(sid))?.ended !== undefined;

  it('a person: every session at that issuer ends, through whatever client, and nobody else’s', async () => {
    const mine = [
      await open('ada', 'ada-a', { idpSid: 'ada-1' }),
      await open('ada', 'ada-b', { idpSid: 'ada-2', clientId: 'another-client' }),
      await open('ada', 'ada-c', { idpSid: undefined }),
    ];
    const others = [
      await open('adam', 'adam'),
      await open('ada', 'ada-elsewhere', { iss: 'https://other.example.com' }),
    ];
    const { ended } = await end({ kind: 'person', iss: ISSUER, sub: parseSub('ada')! });
    expect(ended.map(({ sid }) => sid).sort()).toEqual(mine.sort());
    for (const sid of others) expect(await isEnded(sid)).toBe(false);
    expect(await hub().database.outboxEvent.count({ where: { causeId: 'a-logout', sid: { in: mine } } })).toBe(3);
  });

  it('a person: a sign-in that was under way is refused at every client, a later one is taken', async () => {
    const { clock, sessions } = hub();
    const before = clock.now();
    clock.advance(5_000);
    await end({ kind: 'person', iss: ISSUER, sub: parseSub('bea')! });
    const late = signInOf('bea', before, { clientId: 'another-client' });
    expect(await sessions.open(late, browserOf('bea-late', clock.now()))).toEqual({ kind: 'ended_meanwhile' });
    clock.advance(1_000);
    expect(await isEnded(await open('bea', 'bea-new'))).toBe(false);
  });

  it('a sid and a sub: ends the person’s sessions whose ID token told no sid too, and not those of others', async () => {
    const [told, untold, other] = [
      await open('carl', 'carl-a', { idpSid: 'carl-1' }),
      await open('carl', 'carl-b', { idpSid: undefined }),
      await open('cora', 'cora', { idpSid: undefined }),
    ];
    const second = await open('carl', 'carl-c', { idpSid: 'carl-2' });
    await end({ kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid: 'carl-1', sub: parseSub('carl') });
    expect([await isEnded(told), await isEnded(untold)]).toEqual([true, true]);
    expect([await isEnded(other), await isEnded(second)]).toEqual([false, false]);
  });

  it('knows our sessions of one IdP session, ended ones too, as told to one client', async () => {
    const sid = await open('dora', 'dora', { idpSid: 'dora-1' });
    await end({ kind: 'sid', sid });
    const of = { iss: ISSUER, clientId: CLIENT, idpSid: 'dora-1' };
    expect(await hub().sessions.ofIdpSession(of)).toEqual([{ sid, sub: 'dora' }]);
    expect(await hub().sessions.ofIdpSession({ ...of, clientId: 'another-client' })).toEqual([]);
  });

  it('gives the refresh token of an ended session to one of those who want to revoke it, and keeps it no longer', async () => {
    const sid = await open('emil', 'emil');
    expect(await hub().sessions.takeRefreshToken(sid)).toBeUndefined();
    await end({ kind: 'sid', sid });
    const taken = await Promise.all(Array.from({ length: 4 }, () => hub().sessions.takeRefreshToken(sid)));
    expect(taken.filter((token) => token !== undefined)).toEqual([
      { iss: ISSUER, clientId: CLIENT, frontEnds: ['https://a.example.com'], refreshToken: 'refresh-emil' },
    ]);
    expect((await hub().database.ssoSession.findUniqueOrThrow({ where: { id: sid } })).refreshToken).toBeNull();
  });

  it('a process that revokes nothing keeps no refresh or access token of what it ends, and those of nobody else go', async () => {
    const { database, clock } = hub();
    const cipher = new TokenCipher([{ kid: 'k1', secret: randomBytes(32) }]);
    const origin = { source: 'urn:sso:test', tenant: undefined };
    const forgetting = new PrismaSsoSessions(database, cipher, clock, origin, 'forgotten');
    const tokensOf = async (id: Sid) => {
      const { idToken, refreshToken, accessToken } = await database.ssoSession.findUniqueOrThrow({ where: { id } });
      return [idToken, refreshToken, accessToken].map((token) => token !== null);
    };
    const [over, other] = [await open('fred', 'fred'), await open('fred', 'fred-b', { idpSid: 'fred-2' })];
    await forgetting.end({ ...said, of: { kind: 'sid', sid: over }, effectiveAt: clock.now() });
    expect(await tokensOf(over)).toEqual([true, false, false]); // the ID token is a hint at sign-out
    expect(await tokensOf(other)).toEqual([true, true, true]);
  });
});
