import { z } from 'zod';
import type { Answer, Unreachable } from '#idp-client';
import type { SsfReply } from '#session';

/** What a poll brought. */
export type PollReading =
  | {
      readonly kind: 'sets';
      /** by the jti that the transmitter names; what is no text is no token either */
      readonly sets: readonly (readonly [jti: string, token: unknown])[];
      readonly isMoreAvailable: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly retryAfterS: number | undefined;
      /** what the failure speaks against: the token for the API, our acknowledgements, the stream, the size of a batch */
      readonly doubts: 'token' | 'replies' | 'stream' | 'size' | undefined;
    };

const Body = z.looseObject({
  sets: z.record(z.string().min(1).max(512), z.unknown()),
  moreAvailable: z.boolean().catch(false).default(false),
});

const DOUBTS: ReadonlyMap<number, 'token' | 'replies' | 'stream'> = new Map([
  [400, 'replies'],
  [401, 'token'],
  [404, 'stream'],
  [410, 'stream'],
]);

/**
 * Reads the answer to a poll. At most `maxEvents` tokens are taken: the others come again. Nothing of a failure is about a
 * session.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8936#section-2.3 RFC 8936} §2.3, §2.5
 */
export function readPollAnswer(answer: Answer | Unreachable, maxEvents: number): PollReading {
  if (answer.kind === 'unreachable') {
    const doubts = answer.reason === 'too_large' ? 'size' : undefined;
    return { kind: 'failed', reason: answer.reason, retryAfterS: undefined, doubts };
  }
  const { status, retryAfterS } = answer;
  if (status !== 200) return { kind: 'failed', reason: `http_${status}`, retryAfterS, doubts: DOUBTS.get(status) };
  const body = Body.safeParse(answer.body);
  if (!body.success) return { kind: 'failed', reason: 'malformed', retryAfterS, doubts: undefined };
  const sets = Object.entries(body.data.sets).slice(0, maxEvents);
  return { kind: 'sets', sets, isMoreAvailable: body.data.moreAvailable };
}

/**
 * Gives the body of a poll.
 *
 * @param replies what is to be acknowledged or refused with it
 * @see {@link https://www.rfc-editor.org/rfc/rfc8936#section-2.2 RFC 8936} §2.2, §2.4
 */
export function pollRequest(
  replies: readonly SsfReply[],
  { maxEvents, waits }: { readonly maxEvents: number; readonly waits: boolean },
): Readonly<Record<string, unknown>> {
  const refused = replies.flatMap(({ jti, refused: why }) => (why === undefined ? [] : [[jti, why] as const]));
  const ack = replies.flatMap(({ jti, refused: why }) => (why === undefined ? [jti] : []));
  return {
    maxEvents,
    returnImmediately: !waits,
    ...(ack.length === 0 ? {} : { ack }),
    ...(refused.length === 0 ? {} : { setErrs: Object.fromEntries(refused) }),
  };
}
