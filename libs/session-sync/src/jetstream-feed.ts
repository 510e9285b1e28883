import type { OnApplicationShutdown } from '@nestjs/common';
import { type FeedListener, OrderedFeed, type OrderedFeedOptions } from '#bus';
import { EndingsFeed, type FeedSource } from './endings-feed.js';

/** {@link EndingsFeed} from JetStream, for as long as the application runs. */
export class JetStreamFeed extends EndingsFeed implements OnApplicationShutdown {
  private readonly feed: OrderedFeed;

  constructor(options: OrderedFeedOptions) {
    super();
    this.feed = new OrderedFeed(options);
  }

  get trueAsOf(): Date | undefined {
    return this.feed.trueAsOf;
  }

  start(source: FeedSource, listener: FeedListener): Promise<void> {
    this.feed.start(source, listener);
    return this.feed.begun;
  }

  stop(): Promise<void> {
    return this.feed.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }
}
