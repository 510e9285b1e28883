import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { connectNats, OrderedFeed } from '#bus';
import { busForSuite, MemoryPlaces, streamOf } from '../support/bus.js';
import { until } from '../support/until.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const measure = () => {
  collect();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === 'Timeout').length;
  return { timers, others: resources.length - timers, heap: process.memoryUsage().heapUsed };
};

describe('a service that runs for long', () => {
  const suite = busForSuite();

  it('keeps no timers, sockets and memory of 500 lost subscriptions and 20,000 messages', async () => {
    await suite().make('leaks');
    const connection = await connectNats(suite().nats.url, 'feed');
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
    });
    const lose = async (times: number) => {
      for (let round = 0; round < times; round += 1) {
        await until('it has caught up', () => (server.caughtUp ? true : undefined));
        await suite().manager.streams.purge('leaks'); // so that the new consumer has nothing to deliver again
        await suite().manager.consumers.delete('leaks', 'notes');
        await until('it is subscribed again', () =>
          suite()
            .manager.consumers.info('leaks', 'notes')
            .catch(() => undefined),
        );
      }
    };
    const send = async (times: number) => {
      for (let round = 0; round < times; round += 1)
        await Promise.all(Array.from({ length: 500 }, (_, id) => suite().publish('leaks', id)));
      await suite().applied('leaks');
    };
    await send(5);
    await lose(50);
    const before = measure();
    await send(35);
    await lose(450);
    await until('the feed is true', () => (feed.trueAsOf === undefined ? undefined : true));
    const after = measure();
    expect(after.timers).toBeLessThanOrEqual(before.timers + 10);
    expect(after.others).toBeLessThanOrEqual(before.others + 3);
    expect(after.heap - before.heap).toBeLessThan(20_000_000);
    expect([seen.heard, seen.gaps]).toEqual([20_000, 0]);
    expect(seen.applied).toBeGreaterThanOrEqual(20_000);
  });
});
