import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

/** A service's durable place in a stream. */
export interface ConsumerSpec {
  readonly stream: string;
  readonly durable: string;
  readonly filterSubject: string;
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
}

/**
 * Makes the durable consumer, or brings an existing one up to date; its place in the stream stays. A new one starts at the
 * oldest event that the stream still has: endings that a service applies without having had a session only leave marks.
 * The server never gives an event up (`max_deliver: -1`).
 */
export async function ensureConsumer(manager: JetStreamManager, spec: ConsumerSpec): Promise<ConsumerInfo> {
  const wanted = {
    ack_wait: nanos(spec.ackWaitMs),
    max_ack_pending: spec.maxAckPending,
    max_deliver: -1,
    filter_subject: spec.filterSubject,
  };
  try {
    await manager.consumers.info(spec.stream, spec.durable);
    return await manager.consumers.update(spec.stream, spec.durable, wanted);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.ConsumerNotFound) throw error;
    return manager.consumers.add(spec.stream, {
      durable_name: spec.durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ...wanted,
    });
  }
}
