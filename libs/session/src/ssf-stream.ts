/** What a transmitter says of a stream. Paused: events wait there; disabled: they are lost. */
export type SsfStreamStatus = 'enabled' | 'paused' | 'disabled';

/** A token that is to be acknowledged, or refused with a reason, when the stream is polled next. */
export interface SsfReply {
  readonly jti: string;
  readonly refused?: { readonly err: string; readonly description: string } | undefined;
}

/** What is known of one stream of security events that is polled. */
export interface SsfStream {
  readonly streamId: string | undefined;
  readonly pollEndpoint: string | undefined;
  readonly status: SsfStreamStatus;
  readonly replies: readonly SsfReply[];
  /** hash of the state of the latest verification that was asked for */
  readonly verifyState: string | undefined;
  /** since when verification has been asked for and none has come; undefined: it has */
  readonly verifyAskedAt: Date | undefined;
  /** when the next one is to be asked for */
  readonly verifyDueAt: Date | undefined;
  readonly verifiedAt: Date | undefined;
  /** when a poll was last answered */
  readonly polledAt: Date | undefined;
  /** polls in a row that failed */
  readonly failures: number;
}

/** Whether a stream may be relied on to tell of endings. */
export type ChannelHealth =
  /** it was verified lately and is polled: push counts as proven */
  | { readonly kind: 'proven' }
  /** nothing speaks against it, but no verification has come yet */
  | { readonly kind: 'unproven' }
  | {
      readonly kind: 'unhealthy';
      readonly reason: 'paused' | 'disabled' | 'poll_fails' | 'not_polled' | 'verification_missing';
    };

/** Polls in a row that may fail before the channel is unhealthy. */
export const FAILURES_UNHEALTHY = 5;
/** Within that an event of verification must come. */
const VERIFIED_WITHIN_MS = 5 * 60_000;
/** An older verification proves nothing: one is due every hour at the latest. */
const PROVEN_FOR_MS = 2 * 60 * 60_000;
/** Nobody has polled for so long: no poller is left, or none can reach the transmitter. */
const NOT_POLLED_MS = 10 * 60_000;

/**
 * Says whether a stream may be relied on. No state of it ends a session: an unhealthy one only means that sessions are asked
 * about as if there were no push.
 *
 * @see Shared Signals Framework 1.0 §8.1.4, §8.1.5
 */
export function channelHealth(stream: SsfStream, now: Date): ChannelHealth {
  const { status, failures, verifyAskedAt, verifiedAt, polledAt } = stream;
  const isPast = (at: Date | undefined, ms: number) => at !== undefined && now.getTime() - at.getTime() > ms;
  if (status !== 'enabled') return { kind: 'unhealthy', reason: status };
  if (failures >= FAILURES_UNHEALTHY) return { kind: 'unhealthy', reason: 'poll_fails' };
  if (isPast(polledAt, NOT_POLLED_MS)) return { kind: 'unhealthy', reason: 'not_polled' };
  if (isPast(verifyAskedAt, VERIFIED_WITHIN_MS) || isPast(verifiedAt, PROVEN_FOR_MS))
    return { kind: 'unhealthy', reason: 'verification_missing' };
  return verifiedAt === undefined || polledAt === undefined ? { kind: 'unproven' } : { kind: 'proven' };
}
