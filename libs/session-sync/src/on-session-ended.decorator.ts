import { SetMetadata } from '@nestjs/common';

/** Metadata key of {@link OnSessionEnded}. */
export const ON_SESSION_ENDED = 'session-sync:on-session-ended';

/**
 * Has a method of a provider or controller called with each `HeardEnding`, in every replica, after the guard refuses the
 * session: `@OnSessionEnded() drop(ending: HeardEnding)`. At least once an ending, also for sessions that were never seen
 * here. What it throws is logged; nobody waits for it. For sockets and streams see `SessionChannels`.
 */
export const OnSessionEnded = () => SetMetadata(ON_SESSION_ENDED, true);
