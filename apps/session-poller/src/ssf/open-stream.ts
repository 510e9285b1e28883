import { IdpError } from '#idp-client';
import type { SsfStream, SsfStreamStatus } from '#session';
import { type ApiAnswer, chooseStream, type StreamConfiguration, type TransmitterEndpoints } from '#ssf';
import type { SsfPolling } from '../idps/ssf-polling.js';

/** A stream that can be polled. */
export interface OpenStream extends StreamConfiguration {
  readonly endpoints: TransmitterEndpoints;
}

/**
 * Finds our stream at the transmitter, or makes it there (SSF-06).
 *
 * @param known what the hub knows of it
 * @throws IdpError when there is none that can be polled; nobody knows then, and it is tried again
 */
export async function openStream(polling: SsfPolling, known: SsfStream): Promise<OpenStream> {
  const endpoints = await polling.transmitter.endpoints();
  const { configuration } = endpoints;
  const { api, streamId } = polling;
  if (streamId !== undefined)
    return { ...fitting(polling, await api.read(configuration, streamId), 'read'), endpoints };
  const own = known.streamId === undefined ? undefined : await api.read(configuration, known.streamId);
  const kept = own && fits(polling, own);
  if (kept !== undefined) return { ...kept, endpoints };
  const listed = fits(polling, await api.read(configuration, undefined));
  if (listed !== undefined) return { ...listed, endpoints };
  const created = await api.create(configuration);
  if (created.kind === 'answered' && created.status === 409)
    return { ...fitting(polling, await api.read(configuration, undefined), 'read'), endpoints };
  return { ...fitting(polling, created, 'create'), endpoints };
}

/** Reads what the transmitter says of the stream now; undefined when it can't be had. */
export async function statusOf(
  { api }: SsfPolling,
  { endpoints, streamId }: OpenStream,
): Promise<SsfStreamStatus | undefined> {
  if (endpoints.status === undefined) return undefined;
  const answer = await api.status(endpoints.status, streamId);
  const body = answer.kind === 'answered' && answer.status === 200 ? answer.body : undefined;
  const status = typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined;
  return status === 'enabled' || status === 'paused' || status === 'disabled' ? status : undefined;
}

function fits({ transmitter }: SsfPolling, answer: ApiAnswer): StreamConfiguration | undefined {
  if (answer.kind !== 'answered' || answer.status !== 200) return undefined;
  const reading = chooseStream(answer.body, transmitter.options);
  return reading?.kind === 'fits' ? reading.stream : undefined;
}

function fitting({ transmitter }: SsfPolling, answer: ApiAnswer, what: 'read' | 'create'): StreamConfiguration {
  if (answer.kind === 'unreachable') throw unavailable(`the stream: ${what} brought no answer: ${answer.reason}`);
  const { status, body } = answer;
  if (status !== 200 && status !== 201) throw unavailable(`the stream: ${what} was answered ${status}`);
  const reading = chooseStream(body, transmitter.options);
  if (reading?.kind === 'fits') return reading.stream;
  throw unavailable(`the stream can't be used: its ${reading?.reason ?? 'entry in the list'} is not as it must be`);
}

function unavailable(message: string): IdpError {
  return new IdpError('IDP_UNAVAILABLE', message);
}
