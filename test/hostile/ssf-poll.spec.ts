import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeSessionEnded, type Sid } from '#session';
import { PrismaSsfStreams } from '#store';
import { type IdpInput, pollersForSuite } from '../support/poller.js';
import { API_TOKEN, CAEP, SSF, SsfTransmitter } from '../support/ssf-transmitter.js';
import { unsigned, signHs256 } from '../support/token-issuer.js';
import { until } from '../support/until.js';

type Poll = Partial<NonNullable<NonNullable<IdpInput['ssf']>['poll']>>;

describe('security events by poll, at the session-poller as a process', () => {
  const { the, startPoller, signIn, rowOf, eventsOf, isEnded } = pollersForSuite();
  let transmitter: SsfTransmitter;

  beforeAll(async () => {
    transmitter = await SsfTransmitter.start();
  });
  afterEach(async () => {
    transmitter.reset();
    await the().database.ssfStream.deleteMany();
  });
  afterAll(() => transmitter.stop());

  const start = (poll: Poll = {}, env: Readonly<Record<string, string>> = {}) =>
    startPoller(
      { SSF_TOKEN: API_TOKEN, LEASE_S: '15', ...env },
      {
        profile: 'generic',
        ssf: {
          transmitter: transmitter.issuer,
          audience: 'us',
          poll: { authorization: { env: 'SSF_TOKEN' }, everyS: 0.2, ...poll },
        },
      },
    );
  const issSub = (sub: string) => ({ format: 'iss_sub', iss: the().idp.issuer, sub });
  const opaque = (id: string) => ({ format: 'opaque', id });
  const row = () => the().database.ssfStream.findFirst();
  const health = async () => {
    const key = { transmitter: transmitter.issuer, audience: 'us' };
    const seen = await new PrismaSsfStreams(the().database).health(key, new Date());
    return seen.kind === 'unhealthy' ? seen.reason : seen.kind;
  };
  const isAcked = (jti: string) => until(`${jti} is acknowledged`, () => transmitter.acked.includes(jti) || undefined);
  const errOf = (jti: string) => until(`${jti} is refused`, () => transmitter.refused.get(jti));
  const isVerified = () => until('the stream is verified', async () => (await row())?.verifiedAt ?? undefined);
  const causesOf = async (sid: Sid) => (await eventsOf(sid)).map(({ payload }) => decodeSessionEnded(payload).cause);
  const pollsFrom = async (count: number) => {
    const from = transmitter.polls.length;
    await until(`${count} more polls`, () => transmitter.polls.length >= from + count || undefined);
  };

  it('SSF-06: makes the stream where there is none, and uses the one that is there', async () => {
    const from = transmitter.requests.length;
    const first = await start();
    await isVerified();
    expect(transmitter.requests.slice(from)).toContain('POST /streams');
    expect(await row()).toMatchObject({ streamId: 'stream-1', status: 'enabled' });
    await first.stop();
    const again = transmitter.requests.length;
    await the().database.ssfStream.deleteMany();
    await start();
    await isVerified();
    expect(transmitter.requests.slice(again)).not.toContain('POST /streams');
  });

  it('SSF-03, SSF-07: ends the session that an event names, before the event is acknowledged; one event', async () => {
    await start();
    const [sid, other] = [await signIn('ana'), await signIn('anabel')];
    const { idpSid } = await rowOf(sid);
    const jti = await transmitter.send({
      sub_id: { format: 'complex', user: issSub('ana'), session: opaque(idpSid ?? '') },
    });
    await isAcked(jti);
    expect(await isEnded(sid)).toBe(true);
    expect(await causesOf(sid)).toEqual(['ssf_session_revoked']);
    expect(await isEnded(other)).toBeUndefined();
    const waited = transmitter.polls.find(({ body }) => body.returnImmediately === false);
    expect(waited?.body.maxEvents).toBe(25);
    expect(waited?.headers['content-type']).toBe('application/json');
  });

  it('T193: an event about an e-mail address is acknowledged, and changes nothing', async () => {
    await start();
    const sid = await signIn('bea');
    await isAcked(await transmitter.send({ sub_id: { format: 'email', email: 'bea@example.com' } }));
    expect(await isEnded(sid)).toBeUndefined();
  });

  it.each<[string, string, () => Promise<string>]>([
    ['alg none', 'invalid_request|authentication_failed', () => plain('alg-none')],
    ['HS256', 'invalid_request|authentication_failed', () => plain('hs256')],
    ['no type', 'invalid_request', () => transmitter.send({ sub_id: issSub('cleo') }, { typ: undefined })],
    ['exp', 'invalid_request', () => transmitter.send({ sub_id: issSub('cleo'), exp: 4_102_444_800 })],
    ['sub', 'invalid_request', () => transmitter.send({ sub_id: issSub('cleo'), sub: 'cleo' })],
    ['no sub_id', 'invalid_request', () => transmitter.send({})],
    ['another issuer', 'invalid_issuer', () => transmitter.send({ sub_id: issSub('cleo'), iss: 'https://x.example' })],
    ['another audience', 'invalid_audience', () => transmitter.send({ sub_id: issSub('cleo'), aud: 'them' })],
    [
      'T191: two events',
      'invalid_request',
      () => transmitter.send({ sub_id: issSub('cleo'), events: { [CAEP]: {}, 'urn:x': {} } }),
    ],
    [
      'T192: aliases within aliases',
      'invalid_request',
      () =>
        transmitter.send({
          sub_id: { format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [issSub('cleo')] }] },
        }),
    ],
    [
      'T192: a member that the format does not have',
      'invalid_request',
      () => transmitter.send({ sub_id: { ...issSub('cleo'), more: 1 } }),
    ],
    [
      'another jti than the one it is delivered under',
      'invalid_request',
      async () => {
        transmitter.offer('outside', await transmitter.sign({ jti: 'inside', sub_id: issSub('cleo') }));
        return 'outside';
      },
    ],
    [
      'no token at all',
      'invalid_request',
      () => {
        transmitter.offer('rubbish', 'x');
        return Promise.resolve('rubbish');
      },
    ],
  ])('T190: %s is refused by setErrs, and ends nobody', async (_name, err, attack) => {
    await start();
    const sid = await signIn('cleo');
    const jti = await attack();
    expect(await errOf(jti)).toMatch(new RegExp(`^(?:${err})$`));
    const poll = transmitter.polls.find(({ body }) => body.setErrs?.[jti] !== undefined);
    expect(poll?.headers['content-language']).toBe('en');
    expect(poll?.body.setErrs?.[jti]?.description).toMatch(/^[ -~]+$/);
    expect(transmitter.acked).not.toContain(jti);
    expect(await isEnded(sid)).toBeUndefined();
  });

  const plain = async (jti: string) => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: transmitter.issuer, aud: 'us', iat, jti, sub_id: issSub('cleo'), events: { [CAEP]: {} } };
    const token = jti === 'hs256' ? await signHs256(claims, 'us', 's1') : unsigned(claims, { typ: 'secevent+jwt' });
    transmitter.offer(jti, token);
    return jti;
  };

  it('T192: a complex subject with a critical member that nobody knows is discarded and acknowledged', async () => {
    await start();
    const sid = await signIn('dora');
    const sub_id = { format: 'complex', user: issSub('dora'), planet: opaque('x') };
    await isAcked(await transmitter.send({ sub_id }));
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('T195: an acknowledgement that gets lost is sent again; the effect is one', async () => {
    await start();
    const sid = await signIn('emma');
    let lost = 0;
    transmitter.script = ({ body }) => ((body.ack ?? []).includes('lost-ack') && (lost += 1) <= 2 ? 'drop' : undefined);
    await transmitter.send({ jti: 'lost-ack', sub_id: issSub('emma') });
    await isAcked('lost-ack');
    expect(lost).toBeGreaterThanOrEqual(2);
    expect(await causesOf(sid)).toHaveLength(1);
  });

  it('T195: a token that comes again is acknowledged again, and spares whoever has signed in since', async () => {
    await start();
    const sid = await signIn('fay');
    const token = await transmitter.sign({ jti: 'twice', sub_id: issSub('fay') });
    transmitter.offer('twice', token);
    await isAcked('twice');
    const before = transmitter.acked.filter((jti) => jti === 'twice').length;
    transmitter.offer('twice', token);
    await until(
      'it is acknowledged again',
      () => transmitter.acked.filter((jti) => jti === 'twice').length > before || undefined,
    );
    expect(await causesOf(sid)).toHaveLength(1);
  });

  it('SSF-09: has the stream verified, and the channel counts as proven', async () => {
    await start({ verifyEveryS: 1 });
    const first = await isVerified();
    await until('it is verified again', async () => ((await row())?.verifiedAt ?? first) > first || undefined);
    expect(await health()).toBe('proven');
  });

  it('T196: a verification with another state is refused, and proves nothing', async () => {
    transmitter.state = () => 'made-up';
    await start();
    await until('it is refused', () => [...transmitter.refused.values()].includes('invalid_state') || undefined);
    expect((await row())?.verifiedAt).toBeNull();
    expect(await health()).toBe('unproven');
    await the().database.ssfStream.updateMany({ data: { verifyAskedAt: new Date(Date.now() - 6 * 60_000) } });
    expect(await health()).toBe('verification_missing');
  });

  it('SSF-09: a verification that comes too soon for the transmitter is put off, and speaks against nothing', async () => {
    transmitter.verifyAnswer = { status: 429, headers: { 'retry-after': '600' } };
    await start();
    await until('it was put off', async () =>
      ((await row())?.verifyDueAt ?? undefined) && (await row())?.polledAt ? true : undefined,
    );
    const seen = await row();
    expect(seen?.verifyAskedAt).toBeNull();
    expect(seen!.verifyDueAt!.getTime()).toBeGreaterThan(Date.now() + 500_000);
    expect(transmitter.requests.filter((line) => line === 'POST /verify').length).toBeGreaterThan(0);
  });

  it.each<[string, { readonly status: number; readonly body?: unknown } | 'drop']>([
    ['401', { status: 401, body: {} }],
    ['429', { status: 429, body: {} }],
    ['500', { status: 500, body: { sets: {} } }],
    ['a connection that breaks', 'drop'],
    ['HTML with 200', { status: 200, body: '<h1>hello</h1>' }],
  ])('T197: %s makes the channel unhealthy, ends nobody, and heals', async (_name, answer) => {
    await start({ everyS: 0.05 });
    await isVerified();
    const sid = await signIn('gia');
    transmitter.script = () => answer;
    await transmitter.send({ sub_id: issSub('gia') });
    await until('the channel is unhealthy', async () => (await health()) === 'poll_fails' || undefined);
    expect(await isEnded(sid)).toBeUndefined();
    transmitter.script = () => undefined;
    await until('the channel is proven again', async () => (await health()) === 'proven' || undefined);
    await until('the event comes through', () => isEnded(sid));
  });

  it('T197: a transmitter that always has more is polled at a pace', async () => {
    transmitter.script = () => ({ status: 200, body: { sets: {}, moreAvailable: true } });
    await start({ everyS: 0.5 });
    await pollsFrom(1);
    const [from, since] = [transmitter.polls.length, performance.now()];
    await pollsFrom(4);
    const perPollMs = (performance.now() - since) / (transmitter.polls.length - from);
    expect(perPollMs).toBeGreaterThan(200);
  });

  it('T197: an answer that can’t be read for its size is asked for in smaller parts', async () => {
    transmitter.script = ({ body }) =>
      (body.maxEvents ?? 0) > 3 ? { status: 200, body: { sets: { big: 'x'.repeat(300_000) } } } : undefined;
    await start({ everyS: 0.05 });
    const sid = await signIn('hope');
    await transmitter.send({ sub_id: issSub('hope') });
    await until('the event comes through', () => isEnded(sid));
  });

  it('an acknowledgement that the transmitter does not like stops nothing', async () => {
    await start();
    const sid = await signIn('iris');
    transmitter.script = ({ body }) => ((body.ack ?? []).includes('disliked') ? { status: 400, body: {} } : undefined);
    await transmitter.send({ jti: 'disliked', sub_id: issSub('iris') });
    await until('the session ends', () => isEnded(sid));
    const polls = transmitter.polls.length;
    await until(
      'it is polled without',
      () => transmitter.polls.slice(polls).some(({ body }) => body.ack === undefined) || undefined,
    );
    expect(await causesOf(sid)).toHaveLength(1);
  });

  it.each(['paused', 'disabled'] as const)('T198: a stream that is %s counts as no push', async (status) => {
    await start();
    await isVerified();
    const sid = await signIn('joy');
    const events = { [`${SSF}stream-updated`]: { status } };
    await isAcked(await transmitter.send({ sub_id: opaque('stream-1'), events }));
    expect(await health()).toBe(status);
    const enabled = { [`${SSF}stream-updated`]: { status: 'enabled' } };
    await isAcked(await transmitter.send({ sub_id: opaque('stream-1'), events: enabled }));
    expect(await health()).toBe('proven');
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('T198: a stream that was paused before counts as no push from the start', async () => {
    transmitter.status = 'paused';
    await start();
    await until('the status is known', async () => (await health()) === 'paused' || undefined);
  });

  it.each<[string, () => void]>([
    [
      'SSF-01: whose discovery document is of another issuer',
      () => (transmitter.configuration = { issuer: 'https://x.example' }),
    ],
    ['SSF-06: whose stream is of another issuer', () => (transmitter.stream = { iss: 'https://x.example' })],
    ['SSF-06: whose stream is for others', () => (transmitter.stream = { aud: 'them' })],
    [
      'SSF-06: whose stream is pushed',
      () => (transmitter.stream = { delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: 'https://x.example' } }),
    ],
    ['SSF-06: that does not deliver what ends sessions', () => (transmitter.stream = { events_delivered: ['urn:x'] })],
    [
      'SSF-06: whose polls would go in clear text to another machine',
      () => (transmitter.stream = { delivery: { method: 'urn:ietf:rfc:8936', endpoint_url: 'http://x.example/poll' } }),
    ],
  ])('a transmitter %s is not polled', async (_name, spoil) => {
    spoil();
    const polls = transmitter.polls.length;
    await start({ everyS: 0.05 });
    await until('the channel is unhealthy', async () => (await health()) === 'poll_fails' || undefined);
    expect(transmitter.polls).toHaveLength(polls);
  });

  it('two pollers: one at a time polls the stream, and the other takes over when it stops', async () => {
    const first = await start();
    await isVerified();
    const second = await start();
    await pollsFrom(0);
    const holder = (await row())?.leaseId;
    await signIn('kim');
    await isAcked(await transmitter.send({ sub_id: issSub('kim') }));
    expect((await row())?.leaseId).toBe(holder);
    await first.stop();
    const sid = await signIn('lea');
    await transmitter.send({ sub_id: issSub('lea') });
    await until('the session ends', () => isEnded(sid));
    expect((await row())?.leaseId).not.toBe(holder);
    expect(transmitter.mostAtOnce).toBe(1);
    await second.stop();
  });

  it('T195: killed between the effect and the acknowledgement: the token comes again, one effect, one event', async () => {
    const { database } = the();
    const first = await start();
    await isVerified();
    const sid = await signIn('mia');
    await database.$executeRaw`CREATE FUNCTION refuse_acks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$`;
    await database.$executeRaw`CREATE TRIGGER refuse_acks BEFORE UPDATE ON "SsfStream" FOR EACH ROW WHEN (NEW."acks" <> '[]') EXECUTE FUNCTION refuse_acks()`;
    const jti = await transmitter.send({ sub_id: issSub('mia') });
    await until('the session ends', () => isEnded(sid));
    await pollsFrom(2); // it is delivered again and again, and never acknowledged
    await first.kill();
    expect(transmitter.acked).not.toContain(jti);
    await database.$executeRaw`DROP TRIGGER refuse_acks ON "SsfStream"`;
    await start();
    await isAcked(jti);
    expect(await causesOf(sid)).toHaveLength(1);
  });

  it('a token whose keys can’t be had is not acknowledged, and is taken when they can', async () => {
    transmitter.configuration = { jwks_uri: `${transmitter.issuer}/nowhere` };
    await start();
    const sid = await signIn('nora');
    const jti = await transmitter.send({ sub_id: issSub('nora') });
    await pollsFrom(3);
    expect([transmitter.acked.includes(jti), transmitter.refused.has(jti)]).toEqual([false, false]);
    transmitter.configuration = {};
    await until('the session ends', () => isEnded(sid));
    await isAcked(jti);
  });

  it('gets tokens for the API with client credentials, and another when one is not taken any more', async () => {
    let given = 0;
    the().idp.token = (form) =>
      form.get('grant_type') === 'client_credentials' && form.get('scope') === 'ssf.manage ssf.read'
        ? { status: 200, body: { access_token: `given-${(given += 1)}`, token_type: 'Bearer', expires_in: 3600 } }
        : { status: 400, body: { error: 'invalid_grant' } };
    transmitter.token = 'given-1';
    await start({ authorization: undefined, client: { id: 'receiver', secret: { env: 'SSF_TOKEN' } } });
    await isVerified();
    transmitter.token = 'given-2';
    const sid = await signIn('olga');
    await transmitter.send({ sub_id: issSub('olga') });
    await until('the session ends', () => isEnded(sid));
  });
});
