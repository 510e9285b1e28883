import { describe, expect, it } from '@jest/globals';
import { decodeSessionEnded, type Ending, type EndingOf, parseSub, type Sid, subjectOf } from '#session';
import { hubForSuite } from '../support/hub.js';
import { browserOf, CLIENT, ISSUER, signInOf } from '../support/sign-ins.js';

describe('SsoSessions in Postgres', () => {
  const hub = hubForSuite();

  const open = async (sub: string, cookie: string, changes = {}): Promise<Sid> => {
    const { sessions, clock } = hub();
    const opened = await sessions.open(signInOf(sub, clock.now(), changes), browserOf(cookie, clock.now()));
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  };
  const endingOf = (of: EndingOf, changes: Partial<Ending> = {}): Ending => ({
    of,
    cause: 'poll_session_ended',
    causeId: 'probe-1',
    effectiveAt: hub().clock.now(),
    evidence: { method: 'introspect', strength: 'weak', probes: 2 },
    initiatingEntity: 'system',
    ...changes,
  });
  const eventsOf = (sid: string) => hub().database.outboxEvent.findMany({ where: { sid } });

  it('keeps no cookie and no token in clear', async () => {
    const sid = await open('nora', 'cookie-of-nora');
    const row = await hub().database.ssoSession.findUniqueOrThrow({
      where: { id: sid },
      include: { browserSessions: true },
    });
    const text = JSON.stringify(row);
    for (const secret of ['cookie-of-nora', 'id-nora', 'access-nora', 'refresh-nora'])
      expect(text).not.toContain(`"${secret}"`);
    expect(await hub().sessions.tokensOf(sid)).toMatchObject({ idToken: 'id-nora', refreshToken: 'refresh-nora' });
  });

  it('lets two browsers of one IdP session share one SSO session, with the newer tokens', async () => {
    const first = await open('olga', 'olga-a');
    const second = await open('olga', 'olga-b', {
      tokens: { idToken: 'newer', accessToken: undefined, accessExpiresAt: undefined, refreshToken: 'newer-refresh' },
    });
    expect(second).toBe(first);
    expect(await hub().sessions.tokensOf(first)).toMatchObject({
      idToken: 'newer',
      refreshToken: 'newer-refresh',
      accessToken: undefined,
    });
    expect((await hub().database.ssoSession.findUniqueOrThrow({ where: { id: first } })).tokenGeneration).toBe(2);
  });

  it('keeps two people apart though their IdP gives both the same sid', async () => {
    const idpSid = 'shared-by-a-careless-idp';
    const first = await open('pia', 'pia', { idpSid });
    const second = await open('paul', 'paul', { idpSid });
    expect(second).not.toBe(first);
    await hub().sessions.end(
      endingOf({ kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid, sub: parseSub('pia') }),
    );
    expect((await hub().sessions.find(first))?.ended).toBeDefined();
    expect((await hub().sessions.find(second))?.ended).toBeUndefined();
  });

  it('never revives a session that is past its absolute end, and a newer sign-in does not move that end', async () => {
    const { clock, sessions } = hub();
    const expiresAt = new Date(clock.now().getTime() + 60_000);
    const first = await open('rita', 'rita-a', { expiresAt });
    expect(await open('rita', 'rita-b')).toBe(first);
    expect((await sessions.find(first))?.expiresAt).toEqual(expiresAt);
    clock.advance(60_000);
    expect(await open('rita', 'rita-c')).not.toBe(first);
    expect((await sessions.find(first))?.ended?.cause).toBe('session_expired');
  });

  it('gives every sign-in a session of its own where the IdP tells no sid', async () => {
    expect(await open('quinn', 'quinn-a', { idpSid: undefined })).not.toBe(
      await open('quinn', 'quinn-b', { idpSid: undefined }),
    );
  });

  it('joins the browser’s own session where the IdP tells no sid: a silent renewal leaves no second one behind', async () => {
    const { sessions, clock } = hub();
    const first = await open('rolf', 'rolf-a', { idpSid: undefined });
    const again = await sessions.open(
      signInOf('rolf', clock.now(), { idpSid: undefined }),
      browserOf('rolf-b', clock.now(), { replaces: 'rolf-a' }),
    );
    expect(again).toEqual({ kind: 'opened', sid: first, ended: [] });
  });

  it('tells services an end that is not before the opening, also when the IdP’s clock is behind', async () => {
    const sid = await open('rudi', 'rudi-a', {
      idpSid: 'rudi-1',
      idTokenIssuedAt: new Date(hub().clock.now().getTime() - 200_000),
    });
    const effectiveAt = new Date(hub().clock.now().getTime() - 190_000);
    await hub().sessions.end(
      endingOf(
        { kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid: 'rudi-1', sub: undefined },
        { effectiveAt },
      ),
    );
    const [event] = await eventsOf(sid);
    expect(decodeSessionEnded(event!.payload).effectiveAt).toEqual((await hub().sessions.find(sid))!.openedAt);
  });

  it('ends the session, its browsers and writes one event, all at once', async () => {
    const sid = await open('rosa', 'rosa-a');
    await open('rosa', 'rosa-b');
    const { ended } = await hub().sessions.end(endingOf({ kind: 'sid', sid }));
    expect(ended).toHaveLength(1);
    for (const cookie of ['rosa-a', 'rosa-b']) {
      const session = await hub().browsers.find(cookie);
      expect(session?.endedAt).toEqual(hub().clock.now());
      expect(session?.sso.ended).toEqual({ at: hub().clock.now(), cause: 'poll_session_ended' });
    }
    const events = await eventsOf(sid);
    expect(events).toHaveLength(1);
    const event = decodeSessionEnded(events[0]!.payload);
    expect(event).toMatchObject({ scope: 'session', sid, sub: 'rosa', iss: ISSUER, cause: 'poll_session_ended' });
    expect(events[0]!.subject).toBe(subjectOf(event));
    expect(await hub().sessions.tokensOf(sid)).toBeUndefined();
  });

  it('ends a session once, however many say so at once', async () => {
    const sid = await open('sara', 'sara');
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        hub().sessions.end(endingOf({ kind: 'sid', sid }, { causeId: `probe-${n}` })),
      ),
    );
    expect(results.flatMap(({ ended }) => ended)).toHaveLength(1);
    expect(await eventsOf(sid)).toHaveLength(1);
  });

  it('T148: an ending whose lease was lost, or whose tokens have changed, changes nothing', async () => {
    const sid = await open('tina', 'tina', { firstProbeAt: hub().clock.now() });
    const [claimed] = (
      await hub().queue.claim(
        { iss: ISSUER, clientId: 'gateway' },
        hub().clock.now(),
        new Date(hub().clock.now().getTime() + 30_000),
        100,
      )
    ).filter((session) => session.sid === sid);
    const { leaseId, tokenGeneration } = claimed!;
    const other = '00000000-0000-7000-8000-000000000000';
    expect(
      (await hub().sessions.end(endingOf({ kind: 'sid', sid, onlyIf: { leaseId: other, tokenGeneration } }))).ended,
    ).toEqual([]);
    expect(
      (
        await hub().sessions.end(
          endingOf({ kind: 'sid', sid, onlyIf: { leaseId, tokenGeneration: tokenGeneration + 1 } }),
        )
      ).ended,
    ).toEqual([]);
    expect(
      (await hub().sessions.end(endingOf({ kind: 'sid', sid, onlyIf: { leaseId, tokenGeneration } }))).ended,
    ).toHaveLength(1);
  });

  it('T023: a sub alone ends every session of the person and nobody else', async () => {
    const mine = [await open('uma', 'uma-a', { idpSid: 'uma-1' }), await open('uma', 'uma-b', { idpSid: 'uma-2' })];
    const other = await open('ugo', 'ugo');
    const { ended } = await hub().sessions.end(
      endingOf({ kind: 'subject', iss: ISSUER, clientId: CLIENT, sub: parseSub('uma')! }),
    );
    expect(ended.map(({ sid }) => sid).sort()).toEqual(mine.sort());
    expect((await hub().sessions.find(other))?.ended).toBeUndefined();
  });

  it('T021: a sid of another client, or an unknown one, ends nothing and is no error', async () => {
    const sid = await open('vera', 'vera', { idpSid: 'vera-1' });
    for (const of of [
      { kind: 'idp_session', iss: ISSUER, clientId: 'another-client', idpSid: 'vera-1', sub: undefined },
      { kind: 'idp_session', iss: 'https://other.example.com', clientId: CLIENT, idpSid: 'vera-1', sub: undefined },
      { kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid: 'nobody', sub: undefined },
    ] as const)
      expect((await hub().sessions.end(endingOf(of))).ended).toEqual([]);
    expect((await hub().sessions.find(sid))?.ended).toBeUndefined();
  });

  it('GW-29: refuses a sign-in whose IdP session ended while it was under way, and takes a later one', async () => {
    const { sessions, clock } = hub();
    const sub = parseSub('wanda')!;
    await sessions.end(endingOf({ kind: 'subject', iss: ISSUER, clientId: CLIENT, sub }));
    const late = await sessions.open(signInOf('wanda', clock.now()), browserOf('wanda-late', clock.now()));
    expect(late).toEqual({ kind: 'ended_meanwhile' });
    expect(await hub().browsers.find('wanda-late')).toBeUndefined();
    clock.advance(1_000);
    expect((await sessions.open(signInOf('wanda', clock.now()), browserOf('wanda-new', clock.now()))).kind).toBe(
      'opened',
    );
  });

  it('never passes a sign-in by an ending that happens at the same moment', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { sessions, clock } = hub();
      const [sub, idpSid] = [`racer-${round}`, `race-${round}`];
      const [opened] = await Promise.all([
        sessions.open(signInOf(sub, clock.now(), { idpSid }), browserOf(`race-${round}`, clock.now())),
        sessions.end(endingOf({ kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid, sub: undefined })),
      ]);
      const session = opened.kind === 'opened' ? await sessions.find(opened.sid) : undefined;
      expect(opened.kind === 'ended_meanwhile' || session?.ended !== undefined).toBe(true);
    }
  });

  it('T017: remembers an answered logout token in the transaction of its ending', async () => {
    const sid = await open('xenia', 'xenia', { idpSid: 'xenia-1' });
    const once = { iss: ISSUER, jti: 'jti-1', tokenHash: 'hash', expiresAt: hub().clock.now() };
    const of = { kind: 'idp_session', iss: ISSUER, clientId: CLIENT, idpSid: 'xenia-1', sub: undefined } as const;
    expect((await hub().sessions.end(endingOf(of), once)).ended).toHaveLength(1);
    expect(await hub().seen.hashOf(ISSUER, 'jti-1')).toBe('hash');
    hub().clock.advance(1_000);
    const again = await open('xenia', 'xenia-again', { idpSid: 'xenia-1' });
    expect(again).not.toBe(sid);
    expect((await hub().sessions.end(endingOf(of, { effectiveAt: hub().clock.now() }), once)).ended).toEqual([]);
    expect((await hub().sessions.find(again))?.ended).toBeUndefined();
  });

  it('T071: a new sign-in of a browser makes its old cookie worthless', async () => {
    await open('yara', 'yara-old');
    const { sessions, clock } = hub();
    await sessions.open(signInOf('yara', clock.now()), browserOf('yara-new', clock.now(), { replaces: 'yara-old' }));
    expect((await hub().browsers.find('yara-old'))?.endedAt).toBeDefined();
    expect((await hub().browsers.find('yara-new'))?.endedAt).toBeUndefined();
  });
});
