import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { tokenHashOf } from '#oidc';
import type { SsfStream } from '#session';
import type { SsfPolling } from '../idps/ssf-polling.js';
import type { OpenStream } from './open-stream.js';

/** Until one has come. */
const AGAIN_MS = 5 * 60_000;
const LONGEST_MS = 60 * 60_000;

const logger = new Logger('ssf');

/**
 * Asks the transmitter for an event of verification, when one is due (SSF-09). The state is written down before it is sent, so that
 * the event is known whoever polls it.
 *
 * @param save writes down; false when the lease was lost, and nothing is sent then
 * @returns what has changed after that
 */
export async function askVerification(
  { api, verifyEveryMs, transmitter }: SsfPolling,
  { endpoints, streamId, minVerificationMs }: OpenStream,
  stream: SsfStream,
  now: Date,
  save: (changes: Partial<SsfStream>) => Promise<boolean>,
): Promise<Partial<SsfStream>> {
  if (endpoints.verification === undefined || (stream.verifyDueAt !== undefined && now < stream.verifyDueAt)) return {};
  const state = randomUUID();
  const after = (ms: number) => new Date(now.getTime() + Math.max(ms, minVerificationMs));
  const asked = {
    verifyState: tokenHashOf(state),
    verifyAskedAt: stream.verifyAskedAt ?? now,
    verifyDueAt: after(Math.min(verifyEveryMs, AGAIN_MS)),
  };
  if (!(await save(asked))) return {};
  const answer = await api.verify(endpoints.verification, streamId, state);
  if (answer.kind === 'unreachable') return asked; // it may have come there
  if (answer.status >= 200 && answer.status < 300) return asked;
  logger.warn(`ssf.verification.refused transmitter=${transmitter.options.issuer} status=${answer.status}`);
  if (answer.status !== 429) return asked;
  // too soon: that we did not wait says nothing against the stream
  const waitMs = Math.min((answer.retryAfterS ?? 60) * 1000, LONGEST_MS);
  const { verifyState, verifyAskedAt } = stream;
  const undone = { verifyState, verifyAskedAt, verifyDueAt: after(waitMs) };
  await save(undone);
  return undone;
}
