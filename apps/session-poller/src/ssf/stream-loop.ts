import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { channelHealth, type Clock, reasonOf, type SsfStream, type SsfStreamKey, type SsfStreams } from '#session';
import { backOffMs, pollDelayMs, type PollReading, readPollAnswer } from '#ssf';
import type { SsfPolling } from '../idps/ssf-polling.js';
import { rest } from '../poll/rest.js';
import { askVerification } from './ask-verification.js';
import { openStream, type OpenStream, statusOf } from './open-stream.js';
import type { TakeSets } from './take-sets.js';

/** How the loop works. */
export interface StreamLoopOptions {
  /** the IdP's name in logs */
  readonly name: string;
  readonly leaseMs: number;
  readonly random: () => number;
}

/** what stands between often cuts a connection that is silent for half a minute */
const LONGEST_HOLD_MS = 20_000;
const POLL_TIMEOUT_MS = 10_000;

/**
 * Keeps one stream of security events: polls it while it has the lease, acknowledges what is done, has it verified. Never ends on a
 * fault; no fault ends a session. On `stop` it aborts the poll that waits and gives the lease back.
 */
export class StreamLoop {
  private readonly logger = new Logger('ssf');
  private readonly stopping = new AbortController();
  private readonly leaseId = randomUUID();
  private readonly key: SsfStreamKey;
  private running: Promise<void> | undefined;
  private open: OpenStream | undefined;
  private waits = true;
  private pollStartedAt = 0;
  private streak = 0;
  private batch: number;
  private health = '';

  constructor(
    private readonly polling: SsfPolling,
    private readonly streams: SsfStreams,
    private readonly sets: TakeSets,
    private readonly clock: Clock,
    private readonly options: StreamLoopOptions,
  ) {
    const { issuer, audience } = polling.transmitter.options;
    this.key = { transmitter: issuer, audience };
    this.batch = polling.maxEvents;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const delayMs = await this.turn().catch((error: unknown) => {
        this.logger.error(`ssf.turn.failed idp=${this.options.name} reason=${reasonOf(error)}`);
        return this.polling.everyMs;
      });
      if (delayMs > 0) await rest(delayMs, signal);
    }
    await this.streams.release(this.key, this.leaseId).catch(() => undefined); // it runs out by itself
  }

  /** One claim of the lease and one poll. Gives the milliseconds until the next. */
  private async turn(): Promise<number> {
    const stream = await this.claim();
    if (stream === undefined) {
      this.open = undefined;
      return Math.min(this.polling.everyMs, this.options.leaseMs / 4);
    }
    try {
      return await this.poll(await this.prepared(stream));
    } catch (error) {
      if (this.stopping.signal.aborted) return 0;
      return this.failed(stream, { kind: 'failed', reason: reasonOf(error), retryAfterS: undefined, doubts: 'stream' });
    }
  }

  private claim(): Promise<SsfStream | undefined> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + this.options.leaseMs);
    return this.streams.claim(this.key, { id: this.leaseId, until }, now);
  }

  /** Finds the stream, if that was not done, and has it verified, if that is due. */
  private async prepared(stream: SsfStream): Promise<SsfStream> {
    const opened = this.open ?? (await openStream(this.polling, stream));
    const { streamId, pollEndpoint } = opened;
    const isNew = this.open === undefined;
    const save = (changes: Partial<SsfStream>) => this.streams.save(this.key, this.leaseId, changes);
    let changes: Partial<SsfStream> = isNew ? { streamId, pollEndpoint } : {};
    if (isNew && stream.streamId !== streamId)
      changes = { ...changes, replies: [], verifyState: undefined, verifyAskedAt: undefined, verifyDueAt: undefined };
    const before = { ...stream, ...changes };
    const asked = await askVerification(this.polling, opened, before, this.clock.now(), save);
    const status = isNew || 'verifyDueAt' in asked ? await statusOf(this.polling, opened) : undefined;
    changes = { ...changes, ...asked, ...(status === undefined ? {} : { status }) };
    if (Object.keys(changes).length > 0) await save(changes);
    if (isNew) this.logger.log(`ssf.stream.open idp=${this.options.name} status=${status ?? 'unknown'}`);
    this.open = opened;
    return { ...stream, ...changes };
  }

  private async poll(stream: SsfStream): Promise<number> {
    const { api } = this.polling;
    if (this.waits) this.pollStartedAt = this.clock.now().getTime();
    const holdMs = Math.min(LONGEST_HOLD_MS, (this.options.leaseMs * 2) / 3);
    const timeoutMs = this.waits ? holdMs : Math.min(POLL_TIMEOUT_MS, holdMs);
    const terms = { maxEvents: this.batch, waits: this.waits, timeoutMs };
    const { signal } = this.stopping;
    const endpoint = this.open?.pollEndpoint ?? '';
    const reading = readPollAnswer(await api.poll(endpoint, stream.replies, terms, signal), this.batch);
    if (signal.aborted) return 0; // what it brought comes again
    if (reading.kind === 'sets') return this.take(stream, reading);
    if (this.waits && reading.reason === 'timeout') {
      this.waits = false; // it may hold answers back for longer than we wait: let it show that it is there
      return 0;
    }
    return this.failed(stream, reading);
  }

  private async take(stream: SsfStream, { sets }: Extract<PollReading, { kind: 'sets' }>): Promise<number> {
    const held = await this.claim(); // the tokens are taken under a fresh lease
    if (held === undefined || this.open === undefined) return 0;
    const { replies, changes } = await this.sets.take(sets, stream, this.open.streamId, this.stopping.signal);
    this.streak = replies.length > 0 ? this.streak + 1 : 0;
    this.waits = true;
    await this.save(stream, {
      ...changes,
      ...this.afterVerified(changes),
      replies,
      polledAt: this.clock.now(),
      failures: 0,
    });
    const elapsedMs = this.clock.now().getTime() - this.pollStartedAt;
    return pollDelayMs({ settled: replies.length, streak: this.streak, elapsedMs }, this.everyMs());
  }

  private afterVerified({ verifiedAt }: Partial<SsfStream>): Partial<SsfStream> {
    if (verifiedAt === undefined) return {};
    const ms = Math.max(this.polling.verifyEveryMs, this.open?.minVerificationMs ?? 0);
    return { verifyDueAt: new Date(verifiedAt.getTime() + ms) };
  }

  private async failed(stream: SsfStream, failure: Extract<PollReading, { kind: 'failed' }>): Promise<number> {
    const { reason, retryAfterS, doubts } = failure;
    const failures = stream.failures + 1;
    if (failures === 1) this.logger.warn(`ssf.poll.failed idp=${this.options.name} reason=${reason}`);
    if (doubts === 'stream') this.open = undefined;
    if (doubts === 'size') this.batch = Math.max(1, Math.floor(this.batch / 2));
    await this.save(stream, { failures, ...(doubts === 'replies' ? { replies: [] } : {}) });
    return backOffMs(failures, this.everyMs(), this.options.random(), retryAfterS);
  }

  /** A stream that nobody polls for too long may be paused. */
  private everyMs(): number {
    return Math.min(this.polling.everyMs, (this.open?.inactivityMs ?? Infinity) / 2);
  }

  private async save(stream: SsfStream, changes: Partial<SsfStream>): Promise<void> {
    if (!(await this.streams.save(this.key, this.leaseId, changes))) return; // another has the stream: it goes on
    const health = channelHealth({ ...stream, ...changes }, this.clock.now());
    const now = health.kind === 'unhealthy' ? health.reason : health.kind;
    if (now === this.health) return;
    this.health = now;
    const { name } = this.options;
    if (health.kind === 'unhealthy') this.logger.error(`ssf.unhealthy idp=${name} reason=${health.reason}`);
    else this.logger.log(`ssf.${health.kind === 'proven' ? 'healthy' : 'unproven'} idp=${name}`);
  }
}
