import { setTimeout } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { LoggerService } from '@nestjs/common';
import { ensureStream, type StreamSpec } from './ensure-stream.js';
import { refusalOf } from './refusal-of.js';

const LOOK_EVERY_MS = 1_000;

/**
 * Makes the stream if it is not there; whoever may not make it waits until somebody else has, and says so once. What an
 * operator has set otherwise stays, and the log says what.
 *
 * @param pauseMs see {@link ensureStream}
 */
export async function awaitStream(
  manager: JetStreamManager,
  spec: StreamSpec,
  options: { readonly pauseMs: number; readonly signal: AbortSignal; readonly logger: LoggerService },
): Promise<void> {
  const { pauseMs, signal, logger } = options;
  try {
    await ensureStream(manager, spec, pauseMs);
  } catch (error) {
    if (refusalOf(error) !== 'permission') throw error;
    if (!(await isThere(manager, spec.name)))
      logger.warn(`bus.stream.awaited stream=${spec.name}; not permitted to make it, so somebody else has to`);
  }
  while (!(await isThere(manager, spec.name))) await setTimeout(LOOK_EVERY_MS, undefined, { signal }); // a stop ends the pause, and the wait with it
  const left = leftAsIs((await manager.streams.info(spec.name)).config, spec);
  if (left.length > 0) logger.warn(`bus.stream.left stream=${spec.name} ${left.join(' ')}; as it was set`);
}

/** Makes a stream that one can do without for a while; who may not make it or see it leaves it to others. */
export async function offerStream(
  manager: JetStreamManager,
  spec: StreamSpec,
  pauseMs: number,
  logger: LoggerService,
): Promise<void> {
  try {
    await ensureStream(manager, spec, pauseMs);
  } catch (error) {
    if (refusalOf(error) !== 'permission') throw error;
    logger.log(`bus.stream.others stream=${spec.name}; not permitted to make it, or to see whether it is there`);
  }
}

/** Says in which settings an existing stream keeps less than one that is made by `spec`. */
export function leftAsIs(config: StreamConfig, spec: StreamSpec): readonly string[] {
  const maxAge = nanos(spec.maxAgeMs);
  return [
    ...(config.max_age > 0 && config.max_age < maxAge ? [`max_age_ms=${config.max_age / 1_000_000}`] : []),
    ...(config.num_replicas < spec.replicas ? [`replicas=${config.num_replicas}`] : []),
    ...(config.max_msgs > 0 ? [`max_msgs=${config.max_msgs}`] : []),
    ...(config.max_bytes > 0 ? [`max_bytes=${config.max_bytes}`] : []),
    ...((config.max_msgs_per_subject ?? -1) > 0 ? [`max_msgs_per_subject=${config.max_msgs_per_subject}`] : []),
  ];
}

async function isThere(manager: JetStreamManager, name: string): Promise<boolean> {
  try {
    await manager.streams.info(name);
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return false;
    throw error;
  }
}
