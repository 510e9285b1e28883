import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock, reasonOf } from '#session';
import { Sites } from '../sites/sites.js';
import { entriesOf } from './entries-of.js';
import { HubReader } from './hub-reader.js';
import { NO_ROWS } from './hub-rows.js';
import { Timeline } from './timeline.js';

const PAUSE_MS = 200;

/** Looks at the hub again and again, while somebody looks at the timeline. */
@Injectable()
export class HubWatch {
  private readonly logger = new Logger(HubWatch.name);
  private seen = NO_ROWS;
  private watchers = 0;
  private isLooking = false;

  constructor(
    private readonly hub: HubReader,
    private readonly timeline: Timeline,
    private readonly sites: Sites,
    private readonly clock: Clock,
  ) {}

  /** Gives what ends the watching. */
  watch(): () => void {
    this.watchers += 1;
    if (!this.isLooking) void this.lookOn();
    return () => {
      this.watchers -= 1;
    };
  }

  private async lookOn(): Promise<void> {
    this.isLooking = true;
    while (this.watchers > 0) {
      await this.look();
      await setTimeout(PAUSE_MS, undefined, { ref: false });
    }
    this.isLooking = false;
  }

  private async look(): Promise<void> {
    try {
      const now = await this.hub.look();
      this.timeline.add(entriesOf(this.seen, now, (origin) => this.sites.nameOf(origin)));
      this.seen = now;
      if (this.tell('here')) this.logger.log('hub.here');
    } catch (error) {
      if (this.tell('away')) this.logger.warn(`hub.away reason=${reasonOf(error)}`);
    }
  }

  private tell(state: 'here' | 'away'): boolean {
    return this.timeline.tellHub({ state, since: this.clock.now().toISOString() });
  }
}
