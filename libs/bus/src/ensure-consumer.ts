import { setTimeout } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { LoggerService } from '@nestjs/common';
import { refusalOf } from './refusal-of.js';

/** A service's durable place in a stream. */
export interface ConsumerSpec {
  readonly stream: string;
  readonly durable: string;
  readonly filterSubject: string;
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
}

/**
 * Makes the durable consumer, or widens an existing one to what is needed; its place in the stream stays, and so does what an
 * operator has set otherwise, which the log says. A new one starts at the oldest event that the stream still has: endings that
 * a service applies without having had a session only leave marks. The server never gives an event up (`max_deliver: -1`).
 *
 * @param pauseMs `REMAKE_PAUSE_MS` from whoever has seen the consumer before: the server goes on removing the files of a
 * deleted one, and would take those of a new one of the same name with them
 * @throws Error when the existing consumer can't be used at all: it is none that is pulled from and acknowledged one by one
 */
export async function ensureConsumer(
  manager: JetStreamManager,
  spec: ConsumerSpec,
  logger: LoggerService,
  pauseMs = 0,
): Promise<ConsumerInfo> {
  const existing = await find(manager, spec);
  if (existing === undefined && pauseMs > 0) {
    await setTimeout(pauseMs);
    return ensureConsumer(manager, spec, logger);
  }
  return existing === undefined ? make(manager, spec) : widened(manager, spec, existing, logger);
}

function make(manager: JetStreamManager, spec: ConsumerSpec): Promise<ConsumerInfo> {
  return manager.consumers.add(spec.stream, {
    durable_name: spec.durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(spec.ackWaitMs),
    max_ack_pending: spec.maxAckPending,
    max_deliver: -1,
    filter_subject: spec.filterSubject,
  });
}

/** Whoever may not widen it goes on with it as it is, and says so. */
async function widened(
  manager: JetStreamManager,
  spec: ConsumerSpec,
  existing: ConsumerInfo,
  logger: LoggerService,
): Promise<ConsumerInfo> {
  const { widen, left } = compare(existing.config, spec);
  if (left.length > 0) logger.log(`bus.consumer.left consumer=${spec.durable} ${left.join(' ')}; as it was set`);
  if (Object.keys(widen).length === 0) return existing;
  const settings = Object.keys(widen).join(',');
  try {
    const info = await manager.consumers.update(spec.stream, spec.durable, widen);
    logger.warn(`bus.consumer.widened consumer=${spec.durable} settings=${settings}`);
    return info;
  } catch (error) {
    if (refusalOf(error) !== 'permission') throw error;
    logger.error(`bus.consumer.too_narrow consumer=${spec.durable} settings=${settings}; not permitted to change it`);
    return existing;
  }
}

/** Gives the pause between two signs of life that keeps a delivery from being given to another. */
export function beatMsOf({ config }: ConsumerInfo): number {
  const waits = [config.ack_wait ?? nanos(30_000), ...(config.backoff ?? [])].filter((wait) => wait > 0);
  return Math.max(100, Math.floor(Math.min(...waits) / 1_000_000 / 3));
}

async function find(manager: JetStreamManager, { stream, durable }: ConsumerSpec): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(stream, durable);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return undefined;
    throw error;
  }
}

/** Says what of an existing consumer has to be widened, and what is otherwise than a new one's, and stays. */
export function compare(
  config: ConsumerConfig,
  spec: ConsumerSpec,
): { readonly widen: Partial<ConsumerConfig>; readonly left: readonly string[] } {
  if (config.ack_policy !== AckPolicy.Explicit || (config.deliver_subject ?? '') !== '')
    throw new Error(`consumer ${spec.durable} is not one that is pulled from and acknowledged one by one; remove it`);
  const ackWait = nanos(spec.ackWaitMs);
  const filters = config.filter_subjects ?? [config.filter_subject ?? '>'];
  const hearsAll = filters.some((filter) => covers(filter, spec.filterSubject));
  const backoff = config.backoff ?? [];
  const givesUp = (config.max_deliver ?? -1) > 0;
  const waitsLess = (config.ack_wait ?? ackWait) < ackWait;
  const widen: Partial<ConsumerConfig> = {
    ...(givesUp ? { max_deliver: -1 } : {}),
    ...(givesUp && backoff.length > 0 ? { backoff: [] } : {}), // server 2.9 permits it only to consumers that give up
    ...((config.inactive_threshold ?? 0) > 0 ? { inactive_threshold: 0 } : {}),
    ...(hearsAll ? {} : { filter_subject: spec.filterSubject }),
    ...(waitsLess && (givesUp || backoff.length === 0) ? { ack_wait: ackWait } : {}),
  };
  const left = [
    ...((config.ack_wait ?? ackWait) > ackWait ? [`ack_wait_ms=${(config.ack_wait ?? 0) / 1_000_000}`] : []),
    ...(config.max_ack_pending === spec.maxAckPending ? [] : [`max_ack_pending=${config.max_ack_pending ?? '-'}`]),
    ...(hearsAll && !filters.includes(spec.filterSubject) ? [`filter=${filters.join(',')}`] : []),
    ...(backoff.length > 0 && !givesUp ? ['backoff'] : []),
  ];
  return { widen, left };
}

/** Whether whoever hears `wide` hears everything of `narrow`. */
export function covers(wide: string, narrow: string): boolean {
  const [patterns, tokens] = [wide === '' ? ['>'] : wide.split('.'), narrow.split('.')];
  for (const [at, pattern] of patterns.entries()) {
    const token = tokens[at];
    if (token === undefined) return false;
    if (pattern === '>') return true;
    if (token === '>' || (pattern !== '*' && pattern !== token)) return false;
  }
  return patterns.length === tokens.length;
}
