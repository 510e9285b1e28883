import { setTimeout } from 'node:timers/promises';
import { reasonOf } from '#session';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { LoggerService } from '@nestjs/common';
import { insist } from './insist.js';
import {
  beforeFirst,
  isContinuous,
  type StreamPlace,
  type StreamPlaces,
  type StreamSpan,
  spanOf,
} from './stream-place.js';

const RETRY_MS = 1_000;

/** What is watched, and who makes good what was missed. */
export interface PlaceWatchOptions {
  readonly stream: string;
  readonly consumer: string;
  readonly places: StreamPlaces;
  /** makes good whatever may have been missed; called again until it resolves */
  readonly onGap: (signal: AbortSignal) => Promise<void>;
  readonly everyMs: number;
}

/**
 * Finds out that a stream lost messages before they were applied (purged, made anew, over its age while the service was
 * away), which a consumer does not show: the server moves its place along. Several replicas may watch at once: a place that
 * is kept is always one up to which all has been applied, and an older one leads at worst to a reconciliation too many.
 */
export class PlaceWatch {
  private known = false;
  private isFailing = false;
  /** up to where this replica knows of nothing missed: another may have closed a gap before this one looked */
  private own: Pick<StreamPlace, 'stream' | 'sequence'> | undefined;
  private readonly stopping = new AbortController();
  private wake: () => void = () => undefined;

  constructor(
    private readonly options: PlaceWatchOptions,
    private readonly logger: LoggerService,
  ) {}

  /** Whether nothing has been missed, or all that was has been made good. */
  get isWhole(): boolean {
    return this.known;
  }

  /** Looks now and then until {@link stop}. */
  start(manager: JetStreamManager): void {
    void this.run(manager);
  }

  /** Looks at once: the broker was away, or another one answers. */
  lookNow(): void {
    this.wake();
  }

  stop(): void {
    this.stopping.abort();
    this.wake();
  }

  private async run(manager: JetStreamManager): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const looked = await this.look(manager).then(
        () => true,
        (error: unknown) => this.noteFailure(error),
      );
      if (looked) this.isFailing = false;
      await this.rest(looked ? this.options.everyMs : RETRY_MS);
    }
  }

  /** The consumer is asked before the stream: messages that are there after it were not skipped by its count. */
  private async look(manager: JetStreamManager): Promise<void> {
    const { stream, consumer, places } = this.options;
    const place = await places.find();
    const { ack_floor: applied } = await manager.consumers.info(stream, consumer);
    const span = spanOf(await manager.streams.info(stream));
    if (this.stopping.signal.aborted) return;
    if (place === undefined || !isContinuous(place, span) || !isContinuous(this.own ?? place, span)) {
      await this.makeGood(place, span);
      return;
    }
    const sequence = Math.max(place.sequence, applied.stream_seq);
    this.own = { stream: span.stream, sequence };
    await places.keep({ ...this.own, at: new Date() });
    this.known = true;
  }

  private async makeGood(place: StreamPlace | undefined, span: StreamSpan): Promise<void> {
    this.known = false;
    const { stream, consumer, places, onGap } = this.options;
    const { signal } = this.stopping;
    const next = { stream: span.stream, sequence: beforeFirst(span), at: new Date() };
    const words = `stream=${stream} consumer=${consumer} from=${place?.sequence ?? '-'} to=${next.sequence}`;
    if (place === undefined) this.logger.warn(`bus.gap ${words}; no place was kept before`);
    else this.logger.error(`bus.gap ${words}; messages may have been lost`);
    await insist('bus.gap.reconcile', () => onGap(signal), signal, this.logger);
    if (signal.aborted) return;
    this.own = next;
    await places.keep(next);
    this.known = true;
    this.logger.log(`bus.gap.closed ${words}`);
  }

  private noteFailure(error: unknown): false {
    if (!this.isFailing && !this.stopping.signal.aborted)
      this.logger.warn(`bus.place.unknown consumer=${this.options.consumer} reason=${reasonOf(error)}`);
    this.isFailing = true;
    return false;
  }

  private async rest(ms: number): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const woken = new AbortController();
    this.wake = () => {
      woken.abort();
    };
    await setTimeout(ms, undefined, { signal: woken.signal, ref: false }).catch(() => undefined); // a stop or a call ends the pause
  }
}
