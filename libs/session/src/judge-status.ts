import { z } from 'zod';
import { type ProbeOutcome, unknown, type UnknownVerdict } from './verdict.js';

/** An answer of an IdP to whatever was asked. */
export type Answered = Extract<ProbeOutcome, { kind: 'answered' }>;

/** Errors that say something of us, not of the session. @see RFC 6749 §5.2 */
const OUR_FAULTS = [
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_request',
  'use_dpop_nonce', // tokens that are bound to a key: not offered by any of our clients
];
/** Reasons for which no request was sent although the IdP may well be there. */
const NOT_ASKED = ['other_issuer', 'insecure'];
const ErrorBody = z.object({ error: z.string().regex(/^[\w.:/-]{1,64}$/) });

/** Gives the OAuth error that a body names, if it is one that may stand in a log. */
export function errorOf(body: unknown): string | undefined {
  return ErrorBody.safeParse(body).data?.error;
}

/** Judges that there was no answer, or one without end. Never says anything of the session. */
export function judgeUnreachable(reason: string): UnknownVerdict {
  if (reason === 'too_large') return unknown('malformed', { detail: reason }); // it is there, and may have as much to say of one person only
  return unknown(NOT_ASKED.includes(reason) ? 'config' : 'unreachable', { detail: reason });
}

/**
 * Judges an answer by its status, as is common to every way to ask. Never says anything of the session: those who ask look
 * first for the one statement that does.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749} §5.2
 */
export function judgeStatus({ status, body, retryAfterS }: Answered): UnknownVerdict {
  const asked = retryAfterS === undefined ? {} : { retryAfterS };
  if (status === 429) return unknown('throttled', asked);
  if (status >= 500 || status === 408 || status === 425) return unknown('server', asked);
  if (status >= 300 && status < 400) return unknown('redirect');
  if (status < 300) return unknown('malformed');
  const error = errorOf(body);
  const detail = error === undefined ? {} : { detail: error };
  if (error !== undefined && OUR_FAULTS.includes(error)) return unknown('config', detail);
  if (status === 404 || status === 405 || status === 410) return unknown('endpoint', detail);
  if (status === 400 || status === 401 || status === 403) return unknown('config', detail);
  return unknown('malformed', detail);
}
