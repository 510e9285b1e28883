import { describe, expect, it } from '@jest/globals';
import { connectNats, OrderedFeed } from '#bus';
import { aWhile, busForSuite, type Numbered } from '../support/bus.js';
import { until } from '../support/until.js';

describe('an ordered feed', () => {
  const suite = busForSuite();

  const listen = async (stream: string, url = suite().nats.url, filterSubject = `${stream}.>`) => {
    const heard: (number | 'gap')[] = [];
    const connection = await connectNats(url, 'feed');
    const feed = new OrderedFeed({ stream, filterSubject, name: 'notes' });
    feed.start(() => Promise.resolve(connection), {
      message: (data) => heard.push((data as Numbered).id),
      gap: () => heard.push('gap'),
    });
    suite().later(async () => {
      await feed.stop();
      await connection.close();
    });
    await feed.begun;
    return { feed, heard, connection };
  };
  const goesOn = async (feed: OrderedFeed, since = new Date()) => {
    await until('the feed is true again', () =>
      feed.trueAsOf !== undefined && feed.trueAsOf > since ? true : undefined,
    );
  };
  const hears = (heard: readonly unknown[], id: number) =>
    until(`it hears ${id}`, () => (heard.includes(id) ? true : undefined));
  const consumersOf = async (stream: string) => {
    const names: string[] = [];
    for await (const { name } of suite().manager.consumers.list(stream)) names.push(name);
    return names;
  };

  it('hears in order what comes after its start, and is true while nothing comes', async () => {
    await suite().make('order');
    await suite().publish('order', 1, 2);
    const { feed, heard } = await listen('order');
    await suite().publish('order', 3, 4, 5);
    await goesOn(feed);
    await goesOn(feed);
    expect(heard).toEqual([3, 4, 5]);
  });

  it('is true of its subjects when the newest messages are of others', async () => {
    await suite().make('other');
    const { feed, heard } = await listen('other', suite().nats.url, 'other.mine.>');
    await suite().publish('other', 1, 2, 3);
    await goesOn(feed);
    await suite().client.publish('other.mine.x', JSON.stringify({ kind: 'numbered', id: 4 }));
    await goesOn(feed);
    expect(heard).toEqual([4]);
  });

  it('stands still while the server does not answer, and goes on by itself when it does', async () => {
    await suite().make('still');
    const { feed, heard } = await listen('still');
    await goesOn(feed);
    process.kill(suite().nats.pid, 'SIGSTOP');
    const stoppedAt = new Date();
    await aWhile(4_000);
    process.kill(suite().nats.pid, 'SIGCONT');
    expect(feed.trueAsOf! <= stoppedAt).toBe(true);
    await suite().publish('still', 1);
    await goesOn(feed);
    expect(heard).toEqual([1]);
  });

  it('stands still while the server is gone, and misses nothing when it was killed', async () => {
    await suite().make('killed');
    const { feed, heard } = await listen('killed');
    await suite().publish('killed', 1);
    await goesOn(feed);
    await suite().nats.kill();
    const goneAt = new Date();
    await aWhile();
    expect(feed.trueAsOf! <= goneAt).toBe(true);
    await suite().nats.start();
    await suite().publish('killed', 2, 3);
    await goesOn(feed);
    expect(heard).toEqual([1, 2, 3]);
  });

  it('T169: nothing is missed when somebody deletes its consumer', async () => {
    await suite().make('dropped');
    const { feed, heard } = await listen('dropped');
    await suite().publish('dropped', 1);
    await hears(heard, 1);
    for (const name of await consumersOf('dropped')) await suite().manager.consumers.delete('dropped', name);
    await suite().publish('dropped', 2, 3);
    await goesOn(feed);
    expect(heard).toEqual([1, 2, 3]);
  });

  it('T169: a stream that is purged of what was heard has no gap', async () => {
    await suite().make('purged');
    const { feed, heard } = await listen('purged');
    await suite().publish('purged', 1, 2);
    await goesOn(feed);
    await suite().manager.streams.purge('purged');
    await goesOn(feed);
    await suite().publish('purged', 3);
    await goesOn(feed);
    expect(heard).toEqual([1, 2, 3]);
  });

  it.each([[[]], [[4, 5]]])(
    'T169: a stream that was purged of something unheard has a gap, %j coming after it',
    async (...[after]) => {
      const name = `unheard${after.length}`;
      await suite().make(name);
      const { road, url, port } = await suite().road();
      const { feed, heard } = await listen(name, url);
      await suite().publish(name, 1);
      await goesOn(feed);
      road.cut();
      await suite().publish(name, 2, 3);
      await suite().manager.streams.purge(name);
      await suite().publish(name, ...after);
      road.to(port);
      await goesOn(feed);
      expect(heard.filter((id) => id === 'gap')).toEqual(['gap']);
      expect(heard.slice(heard.indexOf('gap') + 1)).toEqual(after);
    },
  );

  it('T169: a stream that was made anew has a gap, and all of the new one is heard', async () => {
    await suite().make('anew');
    const { feed, heard } = await listen('anew');
    await suite().publish('anew', 1, 2, 3);
    await goesOn(feed);
    await suite().manager.streams.delete('anew');
    const goneAt = new Date();
    await aWhile();
    expect(feed.trueAsOf! <= goneAt).toBe(true);
    await suite().make('anew');
    await suite().publish('anew', 4);
    await goesOn(feed);
    expect(heard).toEqual([1, 2, 3, 'gap', 4]);
  });

  it('is true under load, and a listener that throws is told of a gap', async () => {
    await suite().make('load');
    const connection = await connectNats(suite().nats.url, 'feed');
    const feed = new OrderedFeed({ stream: 'load', filterSubject: 'load.>', name: 'notes' });
    const seen = { messages: 0, gaps: 0 };
    feed.start(() => Promise.resolve(connection), {
      message: () => {
        seen.messages += 1;
        if (seen.messages === 100) throw new Error('no');
      },
      gap: () => (seen.gaps += 1),
    });
    suite().later(() => connection.close());
    await feed.begun;
    for (let round = 0; round < 20; round += 1)
      await Promise.all(Array.from({ length: 250 }, (_, id) => suite().publish('load', id)));
    await goesOn(feed);
    expect(seen).toEqual({ messages: 5_000, gaps: 1 });
    await feed.stop();
    expect(await consumersOf('load')).toEqual([]);
  });

  it('leaves a consumer that vanishes by itself when its process dies', async () => {
    await suite().make('vanish');
    await listen('vanish');
    const [name = ''] = await consumersOf('vanish');
    const { config } = await suite().manager.consumers.info('vanish', name);
    expect([config.mem_storage, config.durable_name, config.inactive_threshold]).toEqual([true, undefined, 60e9]);
  });
});
