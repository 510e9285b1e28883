import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, MetadataScanner, NestFactory } from '@nestjs/core';
import type { HeardEnding } from '#session';
import { EndedHooks } from './ended-hooks.js';
import { OnSessionEnded } from './on-session-ended.decorator.js';

const endingOf = (eventId: string): HeardEnding => ({
  ...{ iss: 'https://idp.example.com', scope: 'session', sid: undefined, sub: undefined },
  ...{ endedBefore: new Date(0), cause: 'operator', eventId },
});

/** What was missed is heard from `startSessionSync` on, which comes before the application's own start. */
@Injectable()
class HeardEarly implements OnModuleInit {
  readonly told: string[] = [];
  constructor(private readonly hooks: EndedHooks) {}

  onModuleInit(): void {
    this.hooks.tell(endingOf('missed'));
  }

  @OnSessionEnded()
  onEnded({ eventId }: HeardEnding): void {
    this.told.push(eventId);
  }
}

@Module({ imports: [DiscoveryModule], providers: [MetadataScanner, EndedHooks, HeardEarly] })
class AppModule {}

describe('hooks of endings', () => {
  it('are told of the endings that were heard before the application had started, once each', async () => {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    app.get(EndedHooks).tell(endingOf('later'));
    expect(app.get(HeardEarly).told).toEqual(['missed', 'later']);
    await app.close();
  });
});
