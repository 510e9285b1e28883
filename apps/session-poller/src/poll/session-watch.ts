import { Logger } from '@nestjs/common';
import {
  type EndingCounts,
  foundOf,
  isPushProven,
  isPushSurge,
  pushedOf,
  reasonOf,
  type Rhythm,
  type SessionCensus,
  type SsfStreams,
} from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import type { ProbeObserver } from '../metrics/probe-observer.js';
import { Bell } from './bell.js';
import type { LoopTime } from './poll-loop.js';

const LOOK_EVERY_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Looks once a minute how the sessions of each IdP have ended, which says how often the others must be asked about; and
 * once a day for sessions of IdPs and clients that the configuration does not name. Never ends on a fault.
 */
export class SessionWatch {
  private readonly logger = new Logger('poll');
  private readonly proven = new Set<string>();
  private readonly bell: Bell;
  private warnedAt: Date | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly census: SessionCensus,
    private readonly streams: SsfStreams,
    private readonly observer: ProbeObserver,
    private readonly time: LoopTime,
    private readonly idps: readonly WatchedIdp[],
  ) {
    this.bell = new Bell(time.rest);
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.bell.ring();
    await this.running;
  }

  /** How often the sessions of `idp` are to be asked about now. */
  rhythmOf({ lane, intervalMs, profile }: Pick<WatchedIdp, 'lane' | 'intervalMs' | 'profile'>): Rhythm {
    return { intervalMs, leastMs: profile.minIntervalS * 1000, pushProven: this.proven.has(lane.iss) };
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        for (const iss of new Set(this.idps.map(({ lane }) => lane.iss))) await this.look(iss);
        await this.warnOfUnwatched();
      } catch (error) {
        this.logger.warn(`poll.watch.failed reason=${reasonOf(error)}`);
      }
      await this.bell.wait(LOOK_EVERY_MS);
    }
  }

  private async look(iss: string): Promise<void> {
    const now = this.time.clock.now();
    const ago = (ms: number) => new Date(now.getTime() - ms);
    const before = await this.census.endingsOf(iss, ago(DAY_MS), ago(LOOK_EVERY_MS));
    const lately = await this.census.endingsOf(iss, ago(LOOK_EVERY_MS), now);
    this.warnOfSurge(iss, lately, before, ago(LOOK_EVERY_MS));
    const isProven = await this.isProven(iss, [before, lately], now);
    if (isProven === this.proven.has(iss)) return;
    if (isProven) this.proven.add(iss);
    else this.proven.delete(iss);
    this.logger.log(
      isProven
        ? `poll.push.proven iss=${iss}: its sessions are asked about less often`
        : `poll.push.unproven iss=${iss}: its sessions are asked about as often as configured`,
    );
  }

  private async isProven(iss: string, parts: readonly EndingCounts[], now: Date): Promise<boolean> {
    const streamCounts = await this.streamsAreProven(iss, now);
    const pushed = parts.map((part) => pushedOf(part, streamCounts));
    const lastAt = pushed.at(-1)?.lastAt ?? pushed.at(0)?.lastAt;
    if (lastAt === undefined) return false;
    return isPushProven({
      pushed: pushed.reduce((sum, { count }) => sum + count, 0),
      found: parts.reduce((sum, part) => sum + foundOf(part), 0),
      foundSincePush: foundOf(await this.census.endingsOf(iss, lastAt, now)),
    });
  }

  /** Of the streams that are polled. What is pushed over one that has not been verified lately may stop without anybody seeing it. */
  private async streamsAreProven(iss: string, now: Date): Promise<boolean> {
    for (const { lane, ssf } of this.idps) {
      if (lane.iss !== iss || ssf === undefined) continue;
      const { issuer: transmitter, audience } = ssf.transmitter.options;
      if ((await this.streams.health({ transmitter, audience }, now)).kind !== 'proven') return false;
    }
    return true;
  }

  private warnOfSurge(iss: string, lately: EndingCounts, before: EndingCounts, until: Date): void {
    const { count } = pushedOf(lately);
    if (!isPushSurge(count, before, until)) return;
    this.observer.pushSurged(iss);
    this.logger.error(
      `push.rate iss=${iss} endings=${count}: so many in a minute are unusual; they are believed, a person should look`,
    );
  }

  private async warnOfUnwatched(): Promise<void> {
    const now = this.time.clock.now();
    const sinceMs = this.warnedAt === undefined ? DAY_MS : now.getTime() - this.warnedAt.getTime();
    if (sinceMs >= 0 && sinceMs < DAY_MS) return;
    const lanes = this.idps.map(({ lane }) => lane);
    for (const { iss, clientId, sessions } of await this.census.unwatched(lanes, now))
      this.logger.warn(
        `poll.unwatched iss=${iss} client=${clientId} sessions=${sessions}: IDPS does not name them, nobody asks about them`,
      );
    this.warnedAt = now;
  }
}
