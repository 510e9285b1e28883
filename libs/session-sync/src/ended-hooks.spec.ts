import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, MetadataScanner, NestFactory } from '@nestjs/core';
import type { HeardEnding } from '#session';
import { EndedHooks, MOST_EARLY } from './ended-hooks.js';
import { OnSessionEnded } from './on-session-ended.decorator.js';

const endingOf = (eventId: string): HeardEnding => ({
  ...{ iss: 'https://idp.example.com', scope: 'session', sid: undefined, sub: undefined },
  ...{ endedBefore: new Date(0), cause: 'operator', eventId },
});

let missed = 1;

/** What was missed is heard from `startSessionSync` on, which comes before the application's own start. */
@Injectable()
class HeardEarly implements OnModuleInit {
  readonly told: string[] = [];
  toldAtInit = 0;
  constructor(private readonly hooks: EndedHooks) {}

  onModuleInit(): void {
    for (let n = 0; n < missed; n += 1) this.hooks.tell(endingOf(`missed ${n}`));
    this.toldAtInit = this.told.length;
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
    const { told, toldAtInit } = app.get(HeardEarly);
    expect([told, toldAtInit]).toEqual([['missed 0', 'later'], 0]);
    await app.close();
  });

  it('are told before that when more were heard than are kept: each once, in their order, and none is lost', async () => {
    missed = MOST_EARLY + 2;
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const { told, toldAtInit } = app.get(HeardEarly);
    expect(told).toEqual(Array.from({ length: missed }, (_, n) => `missed ${n}`));
    expect(toldAtInit).toBe(missed);
    await app.close();
  });
});
