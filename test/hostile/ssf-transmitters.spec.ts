import { beforeEach, describe, expect, it } from '@jest/globals';
import { ssfForSuite } from '../support/ssf-suite.js';
import type { SsfTransmitter } from '../support/ssf-transmitter.js';
import { until } from '../support/until.js';

describe('transmitters of several habits, polled by the session-poller as a process', () => {
  const ssf = ssfForSuite();
  const { the, signIn, rowOf, isEnded, start, issSub, row, health, isVerified, pollsFrom } = ssf;
  let transmitter: SsfTransmitter;

  beforeEach(() => {
    transmitter = ssf.transmitter();
  });

  it('T197: polls that hang until our limit are no failures while the transmitter answers those that do not wait', async () => {
    transmitter.script = ({ body }) => (body.returnImmediately === true ? undefined : 'hang');
    const from = transmitter.polls.length;
    await start();
    await isVerified();
    const sid = await signIn('pia');
    await transmitter.send({ sub_id: issSub('pia') });
    await until('the session ends', () => isEnded(sid));
    const waits = transmitter.polls.slice(from).map(({ body }) => body.returnImmediately !== true);
    expect(waits.length).toBeGreaterThan(1);
    expect(waits).toEqual(waits.map((_, at) => at % 2 === 0)); // after each that hung one that does not wait
    expect(await row()).toMatchObject({ failures: 0 });
    expect(await health()).toBe('proven');
  });

  it('T197: a transmitter that never answers is a fault of the channel, ends nobody, and heals', async () => {
    transmitter.script = () => 'hang';
    await start({ everyS: 0.05 });
    const sid = await signIn('quinn');
    await transmitter.send({ sub_id: issSub('quinn') });
    await until('a poll fails', async () => ((await row())?.failures ?? 0) >= 1 || undefined);
    expect(await isEnded(sid)).toBeUndefined();
    transmitter.script = () => undefined;
    await until('the event comes through', () => isEnded(sid));
    await until('it counts as no failure any more', async () => (await row())?.failures === 0 || undefined);
  });

  it('SSF-06: a stream that somebody makes at the same moment (409) is used', async () => {
    Object.assign(transmitter, { exists: true, hidden: 1 });
    const from = transmitter.requests.length;
    await start();
    await isVerified();
    expect(transmitter.requests.slice(from).filter((line) => line === 'POST /streams')).toHaveLength(1);
    expect(await row()).toMatchObject({ streamId: 'stream-1', failures: 0 });
  });

  it('SSF-06: one that can be neither made nor seen (409) is not polled, until it can be seen', async () => {
    Object.assign(transmitter, { exists: true, hidden: Infinity });
    const polls = transmitter.polls.length;
    await start({ everyS: 0.05 });
    await until('it fails', async () => ((await row())?.failures ?? 0) >= 1 || undefined);
    expect(transmitter.polls.length).toBe(polls);
    transmitter.hidden = 0;
    await isVerified();
  });

  it('SSF-06: a stream that is named is used, and none is ever made in its place', async () => {
    const [polls, from] = [transmitter.polls.length, transmitter.requests.length];
    await start({ stream: 'stream-1', everyS: 0.05 });
    await until('it is not there', async () => ((await row())?.failures ?? 0) >= 2 || undefined);
    expect(transmitter.polls.length).toBe(polls);
    transmitter.exists = true;
    await isVerified();
    const asked = transmitter.requests.slice(from);
    expect(asked).toContain('GET /streams?stream_id=stream-1');
    expect(asked).not.toContain('GET /streams');
    expect(asked).not.toContain('POST /streams');
  });

  it('SSF-06: a stream that would be paused for inactivity is polled in time', async () => {
    transmitter.stream = { inactivity_timeout: 1 };
    transmitter.holdMs = 10;
    await start({ everyS: 3_600 });
    await isVerified();
    await pollsFrom(4); // once an hour, by the configuration
  });

  it('the tokens of what an event has ended are not kept, nor sent to the IdP', async () => {
    await start();
    const sid = await signIn('rosa');
    expect((await rowOf(sid)).refreshToken).not.toBeNull();
    await transmitter.send({ sub_id: issSub('rosa') });
    await until('the session ends', () => isEnded(sid));
    expect(await rowOf(sid)).toMatchObject({ refreshToken: null, accessToken: null });
    expect(the().idp.received.filter(({ path }) => path === '/revoke')).toEqual([]);
  });
});
