import { z } from 'zod';
import { ENDING_EVENTS } from './endings-of-event.js';

const POLL = 'urn:ietf:rfc:8936';
/** as drafts wrote it */
const POLL_BEFORE = 'https://schemas.openid.net/secevent/risc/delivery-method/poll';

/** A stream that we can poll. Times in milliseconds. */
export interface StreamConfiguration {
  readonly streamId: string;
  readonly pollEndpoint: string;
  /** the transmitter may pause a stream that nobody polls for so long */
  readonly inactivityMs: number | undefined;
  readonly minVerificationMs: number;
}

/** What a transmitter's description of a stream is to us. */
export type StreamReading =
  | { readonly kind: 'fits'; readonly stream: StreamConfiguration }
  | { readonly kind: 'unfit'; readonly reason: 'malformed' | 'iss' | 'aud' | 'delivery' | 'events_delivered' };

const Stream = z.looseObject({
  stream_id: z.string().min(1).max(512),
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  delivery: z.looseObject({ method: z.string(), endpoint_url: z.url({ protocol: /^https?$/ }).optional() }),
  events_delivered: z.array(z.string()).default([]),
  inactivity_timeout: z.number().positive().optional().catch(undefined),
  min_verification_interval: z.number().nonnegative().catch(0).default(0),
});

/**
 * Reads a stream's configuration: of this transmitter, for us, polled, and with events that end sessions.
 *
 * @see Shared Signals Framework 1.0 §8.1.1
 */
export function readStream(
  body: unknown,
  expected: { readonly issuer: string; readonly audience: string },
): StreamReading {
  const { data } = Stream.safeParse(body);
  if (data === undefined) return { kind: 'unfit', reason: 'malformed' };
  const { iss, aud, delivery, events_delivered, inactivity_timeout, min_verification_interval } = data;
  if (iss !== expected.issuer) return { kind: 'unfit', reason: 'iss' };
  if (![aud].flat().includes(expected.audience)) return { kind: 'unfit', reason: 'aud' };
  const isPolled = delivery.method === POLL || delivery.method === POLL_BEFORE;
  if (!isPolled || delivery.endpoint_url === undefined) return { kind: 'unfit', reason: 'delivery' };
  if (!events_delivered.some((type) => ENDING_EVENTS.includes(type)))
    return { kind: 'unfit', reason: 'events_delivered' };
  const stream = {
    streamId: data.stream_id,
    pollEndpoint: delivery.endpoint_url,
    inactivityMs: inactivity_timeout === undefined ? undefined : inactivity_timeout * 1000,
    minVerificationMs: min_verification_interval * 1000,
  };
  return { kind: 'fits', stream };
}

/** Finds the one stream of a list that we can poll; else why the first one does not fit, undefined for an empty list. */
export function chooseStream(
  body: unknown,
  expected: { readonly issuer: string; readonly audience: string },
): StreamReading | undefined {
  const readings = (Array.isArray(body) ? body : [body]).map((one: unknown) => readStream(one, expected));
  return readings.find(({ kind }) => kind === 'fits') ?? readings[0];
}

/** Gives the request for a new stream. What it delivers is for the transmitter to say. */
export function newStream(): Readonly<Record<string, unknown>> {
  return { delivery: { method: POLL }, events_requested: ENDING_EVENTS, description: 'session-sync' };
}
