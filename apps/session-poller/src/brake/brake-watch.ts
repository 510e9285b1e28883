import { Logger } from '@nestjs/common';
import { type Brakes, type Clock, type HeldSession, type Lane, reasonOf, type SsoSessions } from '#session';
import type { ProbeObserver } from '../metrics/probe-observer.js';
import { rest } from '../poll/rest.js';
import { SaidLately } from '../poll/said-lately.js';
import type { ReleaseTrial } from './release-trial.js';

/** What a watch reads and writes. */
export interface WatchStores {
  readonly brakes: Brakes;
  readonly sessions: SsoSessions;
  readonly observer: ProbeObserver;
}

/** How a brake is watched. Times in milliseconds. */
export interface BrakeWatchOptions {
  /** the IdP's name in logs */
  readonly name: string;
  readonly lane: Lane;
  readonly periodMs: number;
}

const BATCH = 100;
const BATCH_PAUSE_MS = 1_000;

/**
 * Watches one IdP's brake: looks whether it may be released, and writes what a release lets go, so many a second. One poller
 * at a time does so; when it dies another goes on when its turn is over. Never ends on a fault.
 */
export class BrakeWatch {
  private readonly logger = new Logger('brake');
  private readonly stopping = new AbortController();
  private readonly said: SaidLately;
  private running: Promise<void> | undefined;

  constructor(
    private readonly stores: WatchStores,
    /** undefined where nobody asks: then only an operator releases */
    private readonly trial: ReleaseTrial | undefined,
    private readonly clock: Clock,
    private readonly options: BrakeWatchOptions,
  ) {
    this.said = new SaidLately(clock);
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.lookSafely();
      await rest(this.options.periodMs, this.stopping.signal);
    }
  }

  private async lookSafely(): Promise<void> {
    const { name, lane, periodMs } = this.options;
    try {
      const now = this.clock.now();
      const brake = await this.stores.brakes.watch(lane.iss, now, new Date(now.getTime() + periodMs));
      if (brake?.state === 'releasing') await this.writeAll();
      else if (brake !== undefined) await this.tryRelease();
    } catch (error) {
      this.logger.error(`brake.watch.failed idp=${name} reason=${reasonOf(error)}`);
    }
  }

  private async tryRelease(): Promise<void> {
    const { lane, name } = this.options;
    const against = this.trial === undefined ? 'no_method' : await this.trial.whatSpeaksAgainst(this.stopping.signal);
    if (this.stopping.signal.aborted) return;
    if (against !== undefined) {
      if (this.said.isNew(against)) this.logger.warn(`brake.stays idp=${name} reason=${against}; see docs/brake.md`);
      if (against === 'other_client_held') await this.stores.brakes.unwatch(lane.iss); // it is that client's loop that may judge
    } else if (await this.stores.brakes.release(lane.iss, 'auto', this.clock.now()))
      this.logger.warn(`brake.released idp=${name} by=auto`);
  }

  private async writeAll(): Promise<void> {
    const { lane, name } = this.options;
    while (!this.stopping.signal.aborted) {
      const batch = await this.stores.brakes.toRelease(lane.iss, BATCH);
      await this.writeBatch(batch);
      if (batch.length === 0) {
        const state = await this.stores.brakes.finish(lane.iss, this.clock.now());
        this.logger.warn(`brake.finished idp=${name} state=${state}: what was released has been written`);
        return;
      }
      await rest(BATCH_PAUSE_MS, this.stopping.signal);
    }
  }

  private async writeBatch(batch: readonly HeldSession[]): Promise<void> {
    for (const session of batch) {
      if (this.stopping.signal.aborted) return;
      await this.write(session);
    }
  }

  /** With the time of the ending, not of the release. One whose tokens have changed since is asked about anew. */
  private async write({ sid, ending }: HeldSession): Promise<void> {
    const { effectiveAt, method, strength, probes, tokenGeneration } = ending;
    const { ended } = await this.stores.sessions.end({
      of: { kind: 'held', sid, tokenGeneration },
      ...{ cause: 'poll_session_ended', causeId: sid, effectiveAt },
      evidence: { method, strength, probes },
      initiatingEntity: 'system',
    });
    if (ended.length === 0) await this.stores.brakes.letGo(sid, this.clock.now());
    else this.logger.log(`session.ended sid=${sid} reason=poll_session_ended probes=${probes} held=true`);
    for (const { iss } of ended) this.stores.observer.ended(iss, 'poll_session_ended');
  }
}
