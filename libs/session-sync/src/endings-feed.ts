/** What a feed tells. */
export interface FeedListener {
  /** an event, as it was sent: nothing about it is certain */
  message(data: unknown): void;
  /** something may have been missed: what is remembered may be untrue */
  gap(): void;
}

/** Where this replica hears endings as they happen: each replica hears all of them. */
export abstract class EndingsFeed {
  /** when nothing was missing for certain; undefined while that was never so: the database is asked then */
  abstract get trueAsOf(): Date | undefined;
  abstract start(listener: FeedListener): void;
  abstract stop(): Promise<void>;
}

/** No feed: memory answers nothing, and every request asks the database. */
export class NoFeed extends EndingsFeed {
  readonly trueAsOf = undefined;

  start(): void {
    // there is nothing to hear
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
