import { describe, expect, it } from '@jest/globals';
import { OrderedFeed } from '#bus';
import { aWhile, busForSuite, MemoryPlaces, type Numbered, streamOf } from '../support/bus.js';
import { until } from '../support/until.js';

describe('a service that keeps its place in a stream', () => {
  const suite = busForSuite();

  /** A service and its database: what it applied, its place, and how often it was told to find out what it missed. */
  const makeService = (name: string) => {
    const places = new MemoryPlaces();
    const applied: number[] = [];
    const gaps: number[] = [];
    let repair: () => Promise<void> = () => Promise.resolve();
    const start = (options = {}) =>
      suite().hear(streamOf(name), ({ id }: Numbered) => void applied.push(id), {
        ...{ places, placeEveryMs: 50, ...options },
        onGap: () => {
          gaps.push(applied.length);
          return repair();
        },
      });
    return { places, applied, gaps, start, repairBy: (by: () => Promise<void>) => (repair = by) };
  };
  type Server = ReturnType<ReturnType<typeof makeService>['start']>;
  const caughtUp = (server: Server) => until('it has caught up', () => (server.caughtUp ? true : undefined));
  const keeps = (places: MemoryPlaces, sequence: number) =>
    until(`it keeps place ${sequence}`, () => (places.kept?.sequence === sequence ? true : undefined));

  it('asks once at its first start, and never when it was away and nothing is missing', async () => {
    await suite().make('whole');
    const service = makeService('whole');
    const first = service.start();
    await caughtUp(first);
    await suite().publish('whole', 1, 2);
    await keeps(service.places, 2);
    await first.close();
    await suite().publish('whole', 3);
    const second = service.start();
    await caughtUp(second);
    await keeps(service.places, 3);
    expect([service.applied, service.gaps]).toEqual([[1, 2, 3], [0]]);
  });

  it('T169: has not caught up after a purge while it was down until what was lost is made good, however often that fails', async () => {
    await suite().make('down');
    const service = makeService('down');
    const first = service.start();
    await caughtUp(first);
    await suite().publish('down', 1);
    await keeps(service.places, 1);
    await first.close();
    await suite().publish('down', 2, 3);
    await suite().manager.streams.purge('down');
    await suite().publish('down', 4);
    let permit = (): void => undefined;
    const permitted = new Promise<void>((resolve) => (permit = resolve));
    service.repairBy(() => (service.gaps.length < 3 ? Promise.reject(new Error('nobody answers')) : permitted));
    const second = service.start();
    await until('it has tried again', () => (service.gaps.length === 3 ? true : undefined));
    await suite().applied('down');
    expect([second.caughtUp, service.applied]).toEqual([false, [1, 4]]);
    permit();
    await caughtUp(second);
    await keeps(service.places, 4);
  });

  it('T169: a purge of what was applied is no gap', async () => {
    await suite().make('up');
    const service = makeService('up');
    const server = service.start();
    await caughtUp(server);
    await suite().publish('up', 1, 2);
    await keeps(service.places, 2);
    await suite().manager.streams.purge('up');
    await aWhile(500);
    await suite().publish('up', 3);
    await keeps(service.places, 3);
    expect([server.caughtUp, service.gaps]).toEqual([true, [0]]);
  });

  it('T169: a purge of what it has not applied yet is a gap, though the broker counts it as applied', async () => {
    await suite().make('busy');
    const service = makeService('busy');
    const server = service.start();
    await caughtUp(server);
    const { road, url, port } = await suite().road();
    await server.close();
    const cutOff = service.start({ urls: url });
    await caughtUp(cutOff);
    road.cut();
    await suite().publish('busy', 1, 2);
    await suite().manager.streams.purge('busy');
    expect((await suite().manager.consumers.info('busy', 'notes')).num_pending).toBe(0);
    road.to(port);
    await until('it asks what it has missed', () => (service.gaps.length === 2 ? true : undefined));
    await caughtUp(cutOff);
  });

  it('T169: applies again what it had applied when its consumer is deleted: no gap', async () => {
    await suite().make('again');
    const service = makeService('again');
    const server = service.start();
    await caughtUp(server);
    await suite().publish('again', 1, 2);
    await keeps(service.places, 2);
    await suite().manager.consumers.delete('again', 'notes');
    await suite().publish('again', 3);
    await keeps(service.places, 3);
    await caughtUp(server);
    expect([service.applied.sort(), service.gaps]).toEqual([[1, 1, 2, 2, 3], [0]]);
  });

  it('T169: asks when the stream was made anew, and hears the new one from its beginning', async () => {
    await suite().make('anew');
    const service = makeService('anew');
    const server = service.start();
    await caughtUp(server);
    await suite().publish('anew', 1, 2);
    await keeps(service.places, 2);
    const before = service.places.kept?.stream;
    await suite().manager.streams.delete('anew');
    await suite().publish('anew', 3); // the service makes the stream
    await keeps(service.places, 1);
    await caughtUp(server);
    expect([service.applied, service.gaps.length, service.places.kept?.stream === before]).toEqual([
      [1, 2, 3],
      2,
      false,
    ]);
  });

  it('goes on without a gap when the broker was killed and comes back with its data', async () => {
    await suite().make('crash');
    const service = makeService('crash');
    const server = service.start();
    await caughtUp(server);
    await suite().publish('crash', 1);
    await suite().nats.kill();
    await suite().nats.start();
    await suite().publish('crash', 2);
    await keeps(service.places, 2);
    expect([server.caughtUp, new Set(service.applied), service.gaps]).toEqual([true, new Set([1, 2]), [0]]);
  });

  it('several replicas find the same gap, and all of them catch up', async () => {
    await suite().make('many');
    const service = makeService('many');
    const first = service.start();
    await caughtUp(first);
    await suite().publish('many', 1);
    await keeps(service.places, 1);
    await first.close();
    await suite().publish('many', 2);
    await suite().manager.streams.purge('many');
    service.repairBy(() => aWhile(300));
    const replicas = [1, 2, 3, 4].map(() => service.start());
    for (const replica of replicas) await caughtUp(replica);
    await suite().publish('many', 3);
    await keeps(service.places, 3);
    await aWhile(500);
    expect(service.applied).toEqual([1, 3]);
    expect(service.gaps.length).toBeLessThanOrEqual(5);
    expect(replicas.map((replica) => replica.caughtUp)).toEqual([true, true, true, true]);
  });

  it('has not caught up while the database that keeps its place does not answer', async () => {
    await suite().make('nodb');
    const service = makeService('nodb');
    let isAway = true;
    service.places.find = () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(service.places.kept));
    const server = service.start();
    await suite().publish('nodb', 1);
    await suite().applied('nodb');
    expect([server.caughtUp, service.applied]).toEqual([false, [1]]);
    isAway = false;
    await caughtUp(server);
  });

  it('has caught up only when a feed beside it had begun before it was read how far there is to go', async () => {
    await suite().make('beside');
    const heard: number[] = [];
    const feed = new OrderedFeed({ stream: 'beside', filterSubject: 'beside.>', name: 'notes' });
    const service = makeService('beside');
    const server = service.start({ beforeCatchUp: () => feed.begun });
    await suite().publish('beside', 1);
    await suite().applied('beside');
    expect([server.caughtUp, service.applied]).toEqual([false, [1]]);
    feed.start(() => server.connected(), {
      message: (message) => heard.push((message as Numbered).id),
      gap: () => undefined,
    });
    await caughtUp(server);
    await suite().publish('beside', 2);
    await until('the feed hears it', () => (heard.includes(2) ? true : undefined));
    await feed.stop();
  });
});
