import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type ChannelHealth, type EndingCounts, SessionCensus, SsfStreams } from '#session';
import { ProbeMetrics } from '../metrics/probe-metrics.js';
import { Registry } from 'prom-client';
import { rest } from './rest.js';
import { SessionWatch } from './session-watch.js';
import { until } from '../../../../test/support/until.js';
import type { WatchedIdp } from '../idps/watched-idp.js';

Logger.overrideLogger(false);

const ISS = 'https://idp.example';
const NOW = new Date(Date.UTC(2026, 10, 22));
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

interface Ended {
  readonly at: Date;
  readonly cause: string;
}

/** The endings of one IdP, as a list. */
class ListedCensus extends SessionCensus {
  looks = 0;

  constructor(private readonly ended: readonly Ended[]) {
    super();
  }

  override endingsOf(_iss: string, from: Date, until: Date): Promise<EndingCounts> {
    const of = new Map<string, { count: number; lastAt: Date }>();
    for (const { at, cause } of this.ended)
      if (at > from && at <= until) of.set(cause, { count: (of.get(cause)?.count ?? 0) + 1, lastAt: at });
    return Promise.resolve({ from, of });
  }

  override unwatched(): Promise<readonly []> {
    this.looks += 1; // the last thing of a look
    return Promise.resolve([]);
  }
}

class StreamsIn extends SsfStreams {
  constructor(private readonly kind: 'proven' | 'unproven') {
    super();
  }
  override claim = () => Promise.resolve(undefined);
  override save = () => Promise.resolve(false);
  override release = () => Promise.resolve();
  override read = () => Promise.resolve(undefined);
  override health = (): Promise<ChannelHealth> => Promise.resolve({ kind: this.kind });
}

const times = (count: number, at: Date, cause: string): readonly Ended[] =>
  Array.from({ length: count }, () => ({ at, cause }));

describe('the watch over how sessions end', () => {
  const judged = async (ended: readonly Ended[], polled?: 'proven' | 'unproven') => {
    const transmitter = { options: { issuer: ISS, audience: 'us' } };
    const ssf = polled && { transmitter };
    const idp = { lane: { iss: ISS, clientId: 'gateway' }, intervalMs: 900_000, profile: { minIntervalS: 60 }, ssf };
    const registry = new Registry();
    const census = new ListedCensus(ended);
    const time = { clock: { now: () => NOW }, rest };
    const streams = new StreamsIn(polled ?? 'unproven');
    const watched = idp as unknown as WatchedIdp;
    const watch = new SessionWatch(census, streams, new ProbeMetrics(registry), time, [watched]);
    watch.start();
    await until('it has looked', () => (census.looks > 0 ? true : undefined));
    const { pushProven } = watch.rhythmOf(watched);
    await watch.stop();
    const surges = /^sso_push_surges_total\{.*\} (\d+)/m.exec(await registry.metrics())?.[1];
    return { pushProven, surges: Number(surges ?? 0) };
  };

  it.each([
    ['events of a stream that is proven', 'proven', 'ssf_session_revoked', true],
    ['events of a stream that is not', 'unproven', 'ssf_session_revoked', false],
    ['back-channel logout beside a stream that is not', 'unproven', 'backchannel_logout', true],
    ['events that nobody polls for', undefined, 'ssf_session_revoked', true],
  ] as const)('%s', async (_, polled, cause, pushProven) => {
    expect(await judged(times(10, ago(100), cause), polled)).toMatchObject({ pushProven });
  });

  it('push that has fallen silent is no proof, though most endings of the day were pushed', async () => {
    const day = times(1_000, ago(1_380), 'backchannel_logout');
    expect(await judged([...day, ...times(4, ago(30), 'poll_session_ended')])).toMatchObject({ pushProven: true });
    expect(await judged([...day, ...times(5, ago(30), 'poll_session_ended')])).toMatchObject({ pushProven: false });
    const back = times(1, ago(10), 'backchannel_logout');
    const silence = times(5, ago(30), 'poll_session_ended');
    expect(await judged([...day, ...silence, ...back])).toMatchObject({ pushProven: true });
  });

  it('raises an alarm when unusually many are pushed within a minute', async () => {
    expect(await judged(times(50, ago(0.5), 'backchannel_logout'))).toMatchObject({ surges: 0 });
    expect(await judged(times(51, ago(0.5), 'backchannel_logout'))).toMatchObject({ surges: 1 });
    expect(await judged(times(200, ago(0.5), 'poll_session_ended'))).toMatchObject({ surges: 0 });
  });
});
