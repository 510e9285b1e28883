import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeSessionEnded } from '#session';
import { HubDatabase } from '#store';
import type { JWTPayload } from 'jose';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { type Seen, Visitor } from '../support/visitor.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';
const SECRETS = { SSF_AUTHORIZATION: 'Bearer of-the-transmitter' };

describe('security event tokens at the gateway, as a process', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  let plain: GatewayUnderTest;
  let database: HubDatabase;
  let count = 0;
  let hubUrl = '';

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    idp.transmitter = { critical_subject_members: ['planet'] };
    hubUrl = await freshDatabase('hub');
    database = new HubDatabase(hubUrl);
    [plain, gateway] = [await startGateway(apps(), idp, hubUrl), await startWithReceivers(hubUrl)];
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const startWithReceivers = (url: string) =>
    startGateway(apps(), idp, url, SECRETS, ({ issuer, origins }) => {
      const { idps, services, frontEnds } = usualSites({ issuer, origins });
      const ssf = { transmitter: issuer, audience: 'us', authorization: { env: 'SSF_AUTHORIZATION' } };
      return { idps: { main: { ...idps.main, ssf } }, services, frontEnds };
    });

  const opaque = (id: string) => ({ format: 'opaque', id });
  const complex = (members: object) => ({ sub_id: { format: 'complex', ...members } });
  const issSub = (sub: string) => ({ format: 'iss_sub', iss: idp.issuer, sub });
  const tokenOf = (claims: Record<string, unknown>, header: { typ?: string; kid?: string } = { typ: 'secevent+jwt' }) =>
    idp.sign(
      {
        aud: 'us',
        jti: `set-${(count += 1)}`,
        events: { [CAEP]: {} },
        ...({ exp: undefined, ...claims } as unknown as JWTPayload),
      },
      header,
    );
  const post = (body: string, headers: Record<string, string> = {}, at = gateway): Promise<Seen> =>
    new Visitor().send(`${at.a}/bff/ssf/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/secevent+jwt', authorization: SECRETS.SSF_AUTHORIZATION, ...headers },
    });
  const push = async (claims: Record<string, unknown>, header?: { typ?: string; kid?: string }) =>
    post(await tokenOf(claims, header));
  const errOf = ({ status, text, headers }: Seen): unknown => {
    expect([status, headers.get('content-language')]).toEqual([400, 'en']);
    const { err, description } = JSON.parse(text) as { err: string; description: string };
    expect(description).toMatch(/^[ -~]+$/);
    return err;
  };
  const statusOf = async (visitor: Visitor) => (await userOf(visitor, gateway.a)).status;
  const causesOf = async (sub: string) => {
    const rows = await database.ssoSession.findMany({ where: { sub } });
    const events = await database.outboxEvent.findMany({ where: { sid: { in: rows.map(({ id }) => id) } } });
    return events.map(({ payload }) => decodeSessionEnded(payload).cause);
  };
  const nowS = () => Math.floor(Date.now() / 1000);

  it('SSF-08: an event about a person ends all of her sessions, with one event each, and nobody else’s', async () => {
    const mine = [await signIn(idp, gateway.a, 'ana', 'ana-1'), await signIn(idp, gateway.a, 'ana', 'ana-2')];
    const other = await signIn(idp, gateway.a, 'anabel', 'anabel-1');
    const seen = await push({ sub_id: issSub('ana') });
    expect([seen.status, seen.text]).toEqual([202, '']);
    for (const { visitor } of mine) {
      const { status, problem } = await userOf(visitor, gateway.a);
      expect([status, problem.reason]).toEqual([401, 'ssf_session_revoked']);
    }
    expect(await statusOf(other.visitor)).toBe(200);
    expect(await causesOf('ana')).toEqual(['ssf_session_revoked', 'ssf_session_revoked']);
  });

  it.each<[string, (sub: string) => Record<string, unknown>, string]>([
    ['session-revoked for a session', (sub) => ({ sub_id: opaque(`${sub}-1`) }), 'ssf_session_revoked'],
    [
      'session-revoked for a session of a person in a tenant',
      (sub) => complex({ session: opaque(`${sub}-1`), user: issSub(sub), tenant: opaque('t') }),
      'ssf_session_revoked',
    ],
    [
      'session-revoked for one of several names',
      (sub) => ({ sub_id: { format: 'aliases', identifiers: [{ format: 'email', email: 'a@b' }, issSub(sub)] } }),
      'ssf_session_revoked',
    ],
    [
      'sessions-revoked',
      (sub) => ({ sub_id: issSub(sub), events: { [`${RISC}sessions-revoked`]: {} } }),
      'ssf_session_revoked',
    ],
    [
      'account-disabled',
      (sub) => ({ sub_id: issSub(sub), events: { [`${RISC}account-disabled`]: {} } }),
      'account_disabled',
    ],
    [
      'account-purged',
      (sub) => ({ sub_id: issSub(sub), events: { [`${RISC}account-purged`]: {} } }),
      'account_disabled',
    ],
    [
      'SSF-05: sessions-revoked as it was before sub_id',
      (sub) => ({
        events: { [`${RISC}sessions-revoked`]: { subject: { subject_type: 'iss-sub', iss: idp.issuer, sub } } },
      }),
      'ssf_session_revoked',
    ],
  ])('%s ends the session', async (_name, claims, cause) => {
    const sub = `sub-${(count += 1)}`;
    const { visitor } = await signIn(idp, gateway.a, sub, `${sub}-1`);
    expect((await push(claims(sub))).status).toBe(202);
    expect(await statusOf(visitor)).toBe(401);
    expect(await causesOf(sub)).toEqual([cause]);
  });

  it('T195: a token that comes again is taken again, with one effect', async () => {
    await signIn(idp, gateway.a, 'cid', 'cid-1');
    const iat = nowS();
    const token = await tokenOf({ sub_id: issSub('cid'), iat });
    const first = await Promise.all([post(token), post(token)]);
    expect(first.map(({ status }) => status)).toEqual([202, 202]);
    await until('the next second', () => nowS() > iat || undefined);
    const later = await signIn(idp, gateway.a, 'cid', 'cid-2');
    expect((await post(token)).status).toBe(202);
    expect(await statusOf(later.visitor)).toBe(200);
    expect(await causesOf('cid')).toHaveLength(1);
  });

  it('another token with a jti that was taken is refused', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'dan', 'dan-1');
    expect((await push({ sub_id: issSub('nobody'), jti: 'taken' })).status).toBe(202);
    expect(errOf(await push({ sub_id: issSub('dan'), jti: 'taken' }))).toBe('invalid_request');
    expect(await statusOf(visitor)).toBe(200);
  });

  it('an event of the past spares a session that was opened since; one of the future forbids no sign-in of tomorrow', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'eve', 'eve-1');
    expect((await push({ sub_id: issSub('eve'), events: { [CAEP]: { event_timestamp: nowS() - 60 } } })).status).toBe(
      202,
    );
    expect(await statusOf(visitor)).toBe(200);
    const events = { [CAEP]: { event_timestamp: nowS() + 86_400 } };
    expect((await push({ sub_id: issSub('eve'), events })).status).toBe(202);
    expect(await statusOf(visitor)).toBe(401);
    const { endedBefore } = await database.revocationMark.findFirstOrThrow({ where: { key: 'gateway eve' } });
    expect(endedBefore.getTime()).toBeLessThan(Date.now() + 61_000);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['T192: a member that must be understood', () => complex({ user: issSub('safe'), planet: opaque('x') })],
    ['one device of a person', () => complex({ user: issSub('safe'), device: opaque('x') })],
    ['a session of another person', () => complex({ user: issSub('other'), session: opaque('safe-2') })],
    ['T193: an e-mail address', () => ({ sub_id: { format: 'email', email: 'safe@example.com' } })],
    ['a person of another issuer', () => ({ sub_id: { ...issSub('safe'), iss: 'https://other.example' } })],
    ['an event of another type', () => ({ sub_id: issSub('safe'), events: { 'urn:other': {} } })],
    ['a verification', () => ({ sub_id: opaque('stream'), events: { [`${SSF}verification`]: { state: 'x' } } })],
    [
      'a changed stream',
      () => ({
        sub_id: opaque('stream'),
        events: { [`${SSF}stream-updated`]: { status: 'paused' } },
      }),
    ],
  ])('%s is taken, and changes nothing', async (name, claims) => {
    const idpSid = name === 'a session of another person' ? 'safe-2' : 'safe-1';
    const { visitor } = await signIn(idp, gateway.a, 'safe', idpSid);
    expect((await push(claims())).status).toBe(202);
    expect(await statusOf(visitor)).toBe(200);
  });

  it.each<[string, () => Promise<Seen>, string]>([
    ['T190: a token for others', () => push({ sub_id: issSub('safe'), aud: 'others' }), 'invalid_audience'],
    ['T190: another issuer', () => push({ sub_id: issSub('safe'), iss: 'https://other.example' }), 'invalid_issuer'],
    ['T190: no type', () => push({ sub_id: issSub('safe') }, {}), 'invalid_request'],
    ['T190: exp', () => push({ sub_id: issSub('safe'), exp: nowS() + 60 }), 'invalid_request'],
    ['T191: two events', () => push({ sub_id: issSub('safe'), events: { [CAEP]: {}, x: {} } }), 'invalid_request'],
    ['an unknown key', () => push({ sub_id: issSub('safe') }, { typ: 'secevent+jwt', kid: 'k9' }), 'invalid_key'],
    ['a body that is no token', () => post('x'), 'invalid_request'],
    ['a caller who is not the transmitter', () => post('x', { authorization: 'Bearer x' }), 'authentication_failed'],
  ])('%s is refused, and changes nothing', async (_name, attack, err) => {
    const { visitor } = await signIn(idp, gateway.a, 'safe', 'safe-1');
    const before = await database.seenToken.count();
    expect(errOf(await attack())).toBe(err);
    expect(await database.seenToken.count()).toBe(before);
    expect(await statusOf(visitor)).toBe(200);
  });

  it('takes nothing but security event tokens of a decent size, by POST, where they are configured', async () => {
    const token = await tokenOf({ sub_id: issSub('safe') });
    expect((await post(token, { 'content-type': 'application/jwt' })).status).toBe(415);
    expect((await post(JSON.stringify({ token }), { 'content-type': 'application/json' })).status).toBe(415);
    expect((await post('x'.repeat(100_000))).status).toBe(413);
    expect((await new Visitor().get(`${gateway.a}/bff/ssf/events`)).status).toBe(404);
    const there = { method: 'POST', body: token, headers: { 'content-type': 'application/secevent+jwt' } };
    expect((await new Visitor().send(`${plain.a}/bff/ssf/events`, there)).status).toBe(404);
  });

  it('a known key still verifies while the transmitter is away', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'ida', 'ida-1');
    const token = await tokenOf({ sub_id: issSub('ida') });
    await idp.stop();
    try {
      expect((await post(token)).status).toBe(202);
      expect(await statusOf(visitor)).toBe(401);
    } finally {
      await idp.listen();
    }
  });

  it('what nobody can verify now is asked for again, and ends nobody', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'jon', 'jon-1');
    const token = await tokenOf({ sub_id: issSub('jon') });
    const fresh = await startWithReceivers(hubUrl);
    await idp.stop();
    try {
      const seen = await post(token, {}, fresh);
      expect([seen.status, JSON.parse(seen.text)]).toEqual([
        503,
        expect.objectContaining({ type: 'urn:sso:problem:ssf-keys-unavailable' }),
      ]);
    } finally {
      await idp.listen();
    }
    expect(await statusOf(visitor)).toBe(200);
    await until('the keys are there', async () => (await post(token, {}, fresh)).status === 202 || undefined);
    expect(await statusOf(visitor)).toBe(401);
  });
});
