import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { setTimeout } from 'node:timers/promises';

/** A stream as we need it. Times in milliseconds. */
export interface StreamSpec {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly replicas: number;
  readonly maxAgeMs: number;
  readonly duplicateWindowMs: number;
}

const DAY_MS = 24 * 60 * 60_000;
const MAX_MESSAGE_BYTES = 16 * 1024;

/** The stream of endings (EVT-08): kept longer than any session lives. */
export function logoutStream(replicas: number): StreamSpec {
  return {
    name: 'SSO_LOGOUT_V1',
    subjects: ['sso.v1.logout.>'],
    replicas,
    maxAgeMs: 31 * DAY_MS,
    duplicateWindowMs: 10 * 60_000,
  };
}

/** The stream of receipts: services' word that they have applied an ending. */
export function receiptStream(replicas: number): StreamSpec {
  return {
    name: 'SSO_RECEIPT_V1',
    subjects: ['sso.v1.receipt.>'],
    replicas,
    maxAgeMs: 7 * DAY_MS,
    duplicateWindowMs: 10 * 60_000,
  };
}

/** The stream of messages that no service could read. */
export function deadLetterStream(replicas: number): StreamSpec {
  return {
    name: 'SSO_DLQ_V1',
    subjects: ['sso.v1.dlq.>'],
    replicas,
    maxAgeMs: 90 * DAY_MS,
    duplicateWindowMs: 10 * 60_000,
  };
}

/**
 * How long to wait before a stream that was there is made anew. A server (2.9, 2.10) goes on removing the files of a
 * deleted stream after it has said that the stream is gone, and takes those of a new one of the same name with them.
 */
export const REMAKE_PAUSE_MS = 2_000;

/**
 * Makes the stream if it is not there, after a pause and a second look if one is asked for. An existing one is left as
 * its operator has set it; only a missing subject is added. True when it was there, with all its subjects.
 *
 * @param pauseMs {@link REMAKE_PAUSE_MS} from whoever has seen the stream before
 */
export async function ensureStream(manager: JetStreamManager, spec: StreamSpec, pauseMs = 0): Promise<boolean> {
  try {
    const { config } = await manager.streams.info(spec.name);
    const missing = spec.subjects.filter((subject) => !config.subjects.includes(subject));
    if (missing.length > 0)
      await manager.streams.update(spec.name, { ...config, subjects: [...config.subjects, ...missing] });
    return missing.length === 0;
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
    if (pauseMs > 0) {
      await setTimeout(pauseMs);
      return ensureStream(manager, spec);
    }
    await manager.streams.add({
      name: spec.name,
      subjects: [...spec.subjects],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      num_replicas: spec.replicas,
      max_age: nanos(spec.maxAgeMs),
      max_msg_size: MAX_MESSAGE_BYTES,
      duplicate_window: nanos(spec.duplicateWindowMs),
      deny_delete: true,
      deny_purge: true,
    });
    return false;
  }
}
