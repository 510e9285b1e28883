import { beforeEach, describe, expect, it } from '@jest/globals';
import { ssfForSuite } from '../support/ssf-suite.js';
import { SSF, type SsfTransmitter } from '../support/ssf-transmitter.js';
import { until } from '../support/until.js';

describe('the stream of security events, at the session-poller as a process', () => {
  const ssf = ssfForSuite();
  const { the, signIn, isEnded, start, issSub, opaque, row, health, isAcked, isVerified, pollsFrom } = ssf;
  let transmitter: SsfTransmitter;

  beforeEach(() => {
    transmitter = ssf.transmitter();
  });

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

  it('SSF-09: has the stream verified, and the channel counts as proven', async () => {
    transmitter.holdMs = 10; // the loop looks whether it is due between two polls
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
    transmitter.holdMs = 10;
    await start();
    await until('it was put off', async () =>
      ((await row())?.verifyDueAt ?? undefined) && (await row())?.polledAt ? true : undefined,
    );
    const seen = await row();
    expect(seen?.verifyAskedAt).toBeNull();
    expect(seen!.verifyDueAt!.getTime()).toBeGreaterThan(Date.now() + 500_000);
    expect(transmitter.requests.filter((line) => line === 'POST /verify').length).toBeGreaterThan(0);
  });

  it.each([
    [{ status: 401, body: {} }],
    [{ status: 429, body: {} }],
    [{ status: 500, body: { sets: {} } }],
    [{ status: 200, body: '<h1>hello</h1>' }],
    ['drop' as const],
  ])('T197: %j to every poll makes the channel unhealthy, ends nobody, and heals', async (answer) => {
    transmitter.holdMs = 10;
    await start({ everyS: 0.02 });
    await isVerified();
    const sid = await signIn('gia');
    transmitter.script = () => answer;
    await pollsFrom(2); // none that came before is still open
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

  it('T198: a stream that is paused or disabled counts as no push, until it is enabled', async () => {
    await start();
    await isVerified();
    const sid = await signIn('joy');
    for (const [status, expected] of [
      ['paused', 'paused'],
      ['disabled', 'disabled'],
      ['enabled', 'proven'],
    ]) {
      const events = { [`${SSF}stream-updated`]: { status } };
      await isAcked(await transmitter.send({ sub_id: opaque('stream-1'), events }));
      await until(`it is ${expected}`, async () => (await health()) === expected || undefined);
    }
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('T198: a stream that was paused before counts as no push from the start', async () => {
    transmitter.status = 'paused';
    await start();
    await until('the status is known', async () => (await health()) === 'paused' || undefined);
  });

  const unfit: readonly (readonly [string, () => void])[] = [
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
  ];

  it('SSF-01, SSF-06: a transmitter that describes itself or its stream wrongly is not polled', async () => {
    unfit[0]?.[1]();
    const polls = transmitter.polls.length;
    await start({ everyS: 0.05 });
    for (const [name, spoil] of unfit) {
      transmitter.reset();
      spoil();
      await the().database.ssfStream.updateMany({ data: { failures: 0 } });
      await until(`${name}: it fails`, async () => ((await row())?.failures ?? 0) >= 2 || undefined);
      expect([name, transmitter.polls.length]).toEqual([name, polls]);
    }
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
    expect(transmitter.mostAtOnce).toBe(1);
    await first.stop();
    const sid = await signIn('lea');
    await transmitter.send({ sub_id: issSub('lea') });
    await until('the session ends', () => isEnded(sid));
    expect((await row())?.leaseId).not.toBe(holder);
    await second.stop();
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
