import { describe, expect, it } from '@jest/globals';
import { AckPolicy, type ConsumerConfig, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { compare, covers } from './ensure-consumer.js';

const spec = { stream: 'S', durable: 'notes', filterSubject: 'a.b.>', ackWaitMs: 30_000, maxAckPending: 256 };
const asMade: ConsumerConfig = {
  ...{ durable_name: 'notes', ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All, max_deliver: -1 },
  ...{ ack_wait: nanos(30_000), max_ack_pending: 256, filter_subject: 'a.b.>', replay_policy: ReplayPolicy.Instant },
};

describe('a consumer that is already there', () => {
  it.each<[string, Partial<ConsumerConfig>, object, string[]]>([
    ['as it was made', {}, {}, []],
    ['that gives up', { max_deliver: 5 }, { max_deliver: -1 }, []],
    ['that is taken away while the service is', { inactive_threshold: 5 }, { inactive_threshold: 0 }, []],
    ['that hears one tenant', { filter_subject: 'a.b.t.>' }, { filter_subject: 'a.b.>' }, []],
    ['that waits less', { ack_wait: nanos(1_000) }, { ack_wait: nanos(30_000) }, []],
    ['that waits more', { ack_wait: nanos(60_000) }, {}, ['ack_wait_ms=60000']],
    ['that has more under way', { max_ack_pending: 1_000 }, {}, ['max_ack_pending=1000']],
    ['that has less under way', { max_ack_pending: 10 }, {}, ['max_ack_pending=10']],
    ['that hears more', { filter_subject: 'a.>' }, {}, ['filter=a.>']],
    ['with pauses of its own', { backoff: [1], ack_wait: 1 }, {}, ['backoff']],
  ])('%s is widened where it is too narrow, and else left', (_name, changes, widen, left) => {
    expect(compare({ ...asMade, ...changes }, spec)).toEqual({ widen, left });
  });

  it.each([{ ack_policy: AckPolicy.None }, { deliver_subject: 'x' }])(
    'is refused when it is of another kind',
    (changes) => {
      expect(() => compare({ ...asMade, ...changes }, spec)).toThrow('remove it');
    },
  );

  it.each([
    ['a.b.>', 'a.b.>', true],
    ['>', 'a.b', true],
    ['', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.*', true],
    ['a.b', 'a.*', false],
    ['a.*', 'a.>', false],
    ['a.b.>', 'a.>', false],
    ['a.b.>', 'a.b', false],
    ['a.b', 'a.b.c', false],
  ])('whoever hears %s hears all of %s: %s', (wide, narrow, answer) => {
    expect(covers(wide, narrow)).toBe(answer);
  });
});
