import { Logger } from '@nestjs/common';
import { reasonOf } from '#session';
import { rest } from '../poll/rest.js';
import type { ProbeTally } from './probe-tally.js';

const PAUSE_MS = 1_000;

/** Tells the other pollers once a second what this one has counted. Never ends on a fault. */
export class TallyLoop {
  private readonly logger = new Logger('tally');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly tally: ProbeTally) {}

  start(): void {
    this.running = this.run();
  }

  /** Call it when nothing is counted any more: what is left is told first. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await rest(PAUSE_MS, this.stopping.signal);
      await this.tell();
    }
  }

  private async tell(): Promise<void> {
    try {
      await this.tally.tell();
    } catch (error) {
      this.logger.error(`tally.failed reason=${reasonOf(error)}`);
    }
  }
}
