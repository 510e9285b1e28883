import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { nuid } from '@nats-io/transport-node';
import { connectNats, OrderedFeed } from '#bus';
import { busForSuite, MemoryPlaces, streamOf } from '../support/bus.js';
import { until } from '../support/until.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const yes = () => true;

const measure = () => {
  collect();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === 'Timeout').length;
  return { timers, others: resources.length - timers, heap: process.memoryUsage().heapUsed };
};

describe('a service that runs for long', () => {
  const suite = busForSuite();

  it('keeps no timers, sockets and memory of 100 lost connections, 8 lost consumers and 20,000 messages', async () => {
    await suite().make('leaks');
    const { road, url, port } = await suite().road();
    const connection = await connectNats(url, 'feed');
    suite().later(() => connection.close());
    const feed = new OrderedFeed({ stream: 'leaks', filterSubject: 'leaks.>', name: 'notes' });
    const seen = { heard: 0, gaps: 0, applied: 0 };
    feed.start(() => Promise.resolve(connection), {
      message: () => (seen.heard += 1),
      gap: () => (seen.gaps += 1),
    });
    suite().later(() => feed.stop());
    await feed.begun;
    const server = suite().hear(streamOf('leaks'), () => void (seen.applied += 1), {
      places: new MemoryPlaces(),
      onGap: () => Promise.resolve(),
      urls: url,
    });
    const lose = async (times: number) => {
      for (let round = 0; round < times; round += 1) {
        road.cut();
        road.to(port);
        await until('it is connected again', () => connection.flush().then(yes, () => undefined));
        await until('it publishes again', () =>
          server.publish('leaks.y', { kind: 'numbered', id: round }, nuid.next(), 500).then(yes, () => undefined),
        );
      }
    };
    const forget = async (times: number) => {
      for (let round = 0; round < times; round += 1) {
        await until('it has caught up', () => (server.caughtUp ? true : undefined));
        await suite().manager.consumers.delete('leaks', 'notes');
        await until('it has noticed', () => (server.caughtUp ? undefined : true));
      }
    };
    const send = async (times: number) => {
      for (let round = 0; round < times; round += 1)
        await Promise.all(Array.from({ length: 500 }, (_, id) => suite().publish('leaks', id)));
      await suite().applied('leaks');
    };
    await send(5);
    await lose(10);
    await forget(2);
    const before = measure();
    await send(35);
    await lose(100);
    const at = new Date();
    await until('the feed is true', () => (feed.trueAsOf !== undefined && feed.trueAsOf > at ? true : undefined));
    await suite().manager.streams.purge('leaks'); // so that a new consumer has nothing to deliver again
    await forget(8);
    await until('the feed is true', () => (feed.trueAsOf === undefined ? undefined : true));
    const after = measure();
    expect(after.timers).toBeLessThanOrEqual(before.timers + 10);
    expect(after.others).toBeLessThanOrEqual(before.others + 3);
    expect(after.heap - before.heap).toBeLessThan(20_000_000);
    expect([seen.heard >= 20_000, seen.gaps]).toEqual([true, 0]);
    expect(seen.applied).toBeGreaterThanOrEqual(20_000);
  });
});
