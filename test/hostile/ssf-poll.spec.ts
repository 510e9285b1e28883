import { beforeEach, describe, expect, it } from '@jest/globals';
import { ssfForSuite } from '../support/ssf-suite.js';
import { CAEP, type SsfTransmitter } from '../support/ssf-transmitter.js';
import { signHs256, unsigned } from '../support/token-issuer.js';
import { until } from '../support/until.js';

describe('security event tokens by poll, at the session-poller as a process', () => {
  const ssf = ssfForSuite();
  const { the, signIn, rowOf, isEnded, start, issSub, opaque, isAcked, errOf, isVerified, causesOf, pollsFrom } = ssf;
  let transmitter: SsfTransmitter;

  beforeEach(() => {
    transmitter = ssf.transmitter();
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

  const bad: readonly (readonly [string, string, () => Promise<string>])[] = [
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
  ];

  it('T190, T191, T192: each token that is not believed is refused by setErrs with its reason, and ends nobody', async () => {
    await start();
    const sid = await signIn('cleo');
    for (const [name, err, attack] of bad) {
      const jti = await attack();
      expect([name, await errOf(jti)]).toEqual([name, expect.stringMatching(new RegExp(`^(?:${err})$`))]);
      const poll = transmitter.polls.find(({ body }) => body.setErrs?.[jti] !== undefined);
      expect(poll?.headers['content-language']).toBe('en');
      expect(poll?.body.setErrs?.[jti]?.description).toMatch(/^[ -~]+$/);
      expect(transmitter.acked).not.toContain(jti);
    }
    expect(await isEnded(sid)).toBeUndefined();
  });

  const plain = async (jti: string) => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: transmitter.issuer, aud: 'us', iat, jti, sub_id: issSub('cleo'), events: { [CAEP]: {} } };
    const token = jti === 'hs256' ? await signHs256(claims, 'us', 's1') : unsigned(claims, { typ: 'secevent+jwt' });
    transmitter.offer(jti, token);
    return jti;
  };

  it('T192, T193: an e-mail address, and a critical member that nobody knows, are acknowledged and change nothing', async () => {
    await start();
    const sid = await signIn('dora');
    await isAcked(await transmitter.send({ sub_id: { format: 'email', email: 'dora@example.com' } }));
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

  it('T195: killed between the effect and the acknowledgement: the token comes again, one effect, one event', async () => {
    const { database } = the();
    const first = await start();
    await isVerified();
    const sid = await signIn('mia');
    await database.$executeRaw`CREATE FUNCTION refuse_acks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$`;
    await database.$executeRaw`CREATE TRIGGER refuse_acks BEFORE UPDATE ON "SsfStream" FOR EACH ROW WHEN (NEW."acks" NOT IN ('[]', OLD."acks")) EXECUTE FUNCTION refuse_acks()`;
    const jti = await transmitter.send({ sub_id: issSub('mia') });
    await until('the session ends', () => isEnded(sid));
    await pollsFrom(2); // it is delivered again and again, and never acknowledged
    await first.kill();
    expect(transmitter.acked).not.toContain(jti);
    await database.$executeRaw`DROP TRIGGER refuse_acks ON "SsfStream"`;
    // the lease of the killed one, of 40 s, is nearly over
    await database.ssfStream.updateMany({ data: { leaseUntil: new Date(Date.now() + 3_000) } });
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
});
