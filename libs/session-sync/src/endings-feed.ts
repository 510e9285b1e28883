import type { FeedListener, OrderedFeed } from '#bus';

export type { FeedListener } from '#bus';

/** Where a feed gets its connection to NATS. */
export type FeedSource = Parameters<OrderedFeed['start']>[0];

/** Where this replica hears endings as they happen: each replica hears all of them. */
export abstract class EndingsFeed {
  /** when nothing was missing for certain; undefined while that was never so: the database is asked then */
  abstract get trueAsOf(): Date | undefined;
  /** Begins to tell the listener. Resolves when whatever is published from then on is heard. */
  abstract start(source: FeedSource, listener: FeedListener): Promise<void>;
  abstract stop(): Promise<void>;
}
