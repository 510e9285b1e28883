import { Logger } from '@nestjs/common';
import { type Clock, decodeSessionEnded, type HeardEnding, markOf, reasonOf, type SessionEnded } from '#session';
import type { EndedHooks } from './ended-hooks.js';
import type { FeedListener } from './endings-feed.js';
import type { SessionChannels } from './session-channels.js';
import type { SessionMemory } from './session-memory.js';

/**
 * What this replica does about an ending, wherever it was heard: the feed, the shared consumer, or a reconcile. First the
 * memory, so that the guard refuses; then channels; then hooks. Hearing it twice changes nothing.
 */
export class SessionEndings implements FeedListener {
  private readonly logger = new Logger(SessionEndings.name);

  constructor(
    private readonly memory: SessionMemory,
    private readonly channels: SessionChannels,
    private readonly hooks: Pick<EndedHooks, 'tell'>,
    private readonly trusts: (iss: string) => boolean,
    private readonly clock: Clock,
  ) {}

  /** What can't be read or believed is passed over: the shared consumer gives it to the dead letters, with an alarm. */
  message(data: unknown): void {
    try {
      const event = decodeSessionEnded(data);
      if (this.trusts(event.iss)) this.hear(event);
    } catch (error) {
      this.logger.debug(`feed.event.unusable reason=${reasonOf(error)}`);
    }
  }

  /** Something may have been missed: nothing that is remembered is believed any more. */
  gap(): void {
    this.memory.forget();
    this.logger.warn('feed.gap memory=forgotten');
  }

  /** Tells every part of this replica of an ending of a trusted issuer. Never throws. */
  hear(event: SessionEnded): void {
    const now = this.clock.now();
    const mark = markOf(event, now);
    const isNew = this.memory.hear(mark, now.getTime());
    this.channels.heard(mark);
    if (isNew) this.hooks.tell(heardOf(event, mark.endedBefore));
  }
}

function heardOf({ iss, scope, sid, sub, cause, id }: SessionEnded, endedBefore: Date): HeardEnding {
  return { iss, scope, sid, sub, endedBefore, cause, eventId: id };
}
