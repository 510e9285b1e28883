import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { mayExpire, reasonOf, type SessionExpiry } from '#session';
import type { HubClock } from '#store';
import type { ProbeObserver } from '../metrics/probe-observer.js';
import { rest } from '../poll/rest.js';

const BATCH = 200;
const LONGEST_REST_MS = 1_000;
const SHORTEST_REST_MS = 20;

/**
 * Ends sessions when their absolute end has come, so that services forget them at that moment. It rests until the next one,
 * and looks once a second for those that were opened since. Several pollers may do so at once. After a jump of the hub's clock
 * it waits: meanwhile the gateway and services refuse such sessions by themselves. Never ends on a fault.
 */
export class ExpiryLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('expiry');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly expiry: SessionExpiry,
    private readonly clock: Pick<HubClock, 'now' | 'steadySince'>,
    private readonly observer: ProbeObserver,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const restMs = await this.step();
      if (restMs > 0) await rest(restMs, this.stopping.signal);
    }
  }

  /** Ends a batch. Gives how long nothing is to be done. */
  private async step(): Promise<number> {
    const now = this.clock.now();
    if (!mayExpire(this.clock.steadySince, now)) return LONGEST_REST_MS;
    try {
      const ended = await this.expiry.endExpired(now, BATCH);
      for (const { iss } of ended) this.observer.ended(iss, 'session_expired');
      if (ended.length > 0) this.logger.log(`session.ended count=${ended.length} reason=session_expired`);
      if (ended.length === BATCH) return 0;
      const nextAt = await this.expiry.nextAt();
      const untilMs = nextAt === undefined ? LONGEST_REST_MS : nextAt.getTime() - this.clock.now().getTime();
      return Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, untilMs));
    } catch (error) {
      this.logger.error(`expiry.failed reason=${reasonOf(error)}`);
      return LONGEST_REST_MS;
    }
  }
}
