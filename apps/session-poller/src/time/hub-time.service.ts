import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HubClock, HubDatabase } from '#store';

/** Sets the clock by the hub before anything is done by it, and keeps it so. */
@Injectable()
export class HubTimeService implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly clock: HubClock,
    private readonly database: HubDatabase,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.clock.follow(() => this.askHub());
  }

  onApplicationShutdown(): void {
    this.clock.stop();
  }

  private async askHub(): Promise<Date> {
    const rows = await this.database.$queryRaw<{ readonly at: Date }[]>`SELECT clock_timestamp() AS "at"`;
    const [row] = rows;
    if (row === undefined) throw new Error('the database tells no time');
    return row.at;
  }
}
