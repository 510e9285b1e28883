import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { EndingsFeed } from './endings-feed.js';
import type { SessionEndings } from './session-endings.js';

/** Listens to the feed for as long as the application runs, from before it listens to anything else. */
export class FeedListening implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly feed: EndingsFeed,
    private readonly endings: SessionEndings,
  ) {}

  onModuleInit(): void {
    this.feed.start(this.endings);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.feed.stop();
  }
}
