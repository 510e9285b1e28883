import { describe, expect, it } from '@jest/globals';
import type { JetStreamManager } from '@nats-io/jetstream';
import { Logger } from '@nestjs/common';
import { until } from '../../../test/support/until.js';
import { PlaceWatch } from './place-watch.js';
import type { StreamPlace } from './stream-place.js';

/** A stream and a consumer, as the server tells of them. */
class Broker {
  state = { first_seq: 1, last_seq: 0 };
  applied = 0;
  readonly manager = {
    streams: { info: () => Promise.resolve({ config: { name: 's' }, created: 'then', state: this.state }) },
    consumers: { info: () => Promise.resolve({ ack_floor: { stream_seq: this.applied } }) },
  } as unknown as JetStreamManager;

  /** As a purge does it: the server moves the consumer's place along. */
  purge(): void {
    this.state = { ...this.state, first_seq: this.state.last_seq + 1 };
    this.applied = this.state.last_seq;
  }
}

/** The database that all replicas share. */
class Places {
  kept: StreamPlace | undefined;
  find = () => Promise.resolve(this.kept);
  keep = (place: StreamPlace) => {
    this.kept = place;
    return Promise.resolve();
  };
}

describe('the place of several replicas', () => {
  const broker = new Broker();
  const places = new Places();
  const replicaOf = (everyMs: number) => {
    const replica = { gaps: 0, watch: undefined as unknown as PlaceWatch };
    const onGap = () => {
      replica.gaps += 1;
      return Promise.resolve();
    };
    replica.watch = new PlaceWatch(
      { stream: 's', consumer: 'notes', places, onGap, everyMs },
      new Logger(PlaceWatch.name),
    );
    replica.watch.start(broker.manager);
    return replica;
  };

  it('T169: each makes good itself what it missed, also when another has closed the gap before it looked', async () => {
    const slow = replicaOf(3_600_000);
    await until('it has looked', () => (slow.watch.isWhole ? true : undefined));
    broker.state = { first_seq: 1, last_seq: 2 };
    broker.purge();
    const fast = replicaOf(50);
    await until('the other has closed the gap', () => (fast.watch.isWhole ? true : undefined));
    expect([slow.gaps, fast.gaps, places.kept?.sequence]).toEqual([1, 1, 2]);
    slow.watch.lookNow();
    await until('it has made it good', () => (slow.gaps === 2 ? true : undefined));
    await until('it is whole', () => (slow.watch.isWhole ? true : undefined));
    slow.watch.lookNow();
    await until('the other looks again', () => (places.kept !== undefined && fast.watch.isWhole ? true : undefined));
    for (const { watch } of [slow, fast]) watch.stop();
    expect([slow.gaps, fast.gaps]).toEqual([2, 1]);
  });
});
