import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { type Pollers, reasonOf } from '#session';
import { Bell, type Rest } from './bell.js';

const HEARTBEAT_MS = 5_000;

/** Says every 5 seconds that this poller runs, and knows how many do: they share the rates. Never ends on a fault. */
export class Fleet {
  private readonly logger = new Logger(Fleet.name);
  private readonly id = randomUUID();
  private readonly bell: Bell;
  private pollers = 1;
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly all: Pollers,
    rest: Rest,
  ) {
    this.bell = new Bell(rest);
  }

  /** How many pollers ran at the last heartbeat, this one included. */
  get size(): number {
    return this.pollers;
  }

  /** Resolves when it knows how many run. */
  async start(): Promise<void> {
    await this.beat();
    this.running = this.run();
  }

  /** The others have its share within 5 seconds. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.bell.ring();
    await this.running;
    await this.all.leave(this.id).catch(() => undefined); // forgotten after 15 seconds all the same
  }

  private async run(): Promise<void> {
    await this.bell.wait(HEARTBEAT_MS);
    while (!this.stopped) {
      await this.beat();
      await this.bell.wait(HEARTBEAT_MS);
    }
  }

  private async beat(): Promise<void> {
    try {
      const pollers = await this.all.seen(this.id);
      if (pollers !== this.pollers)
        this.logger.log(`poll.fleet pollers=${pollers}: each asks at that part of the rates`);
      this.pollers = pollers;
    } catch (error) {
      this.logger.warn(`poll.fleet.failed reason=${reasonOf(error)}`); // with as many as before
    }
  }
}
