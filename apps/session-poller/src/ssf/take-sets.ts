import { Logger } from '@nestjs/common';
import { IdpError } from '#idp-client';
import { SecurityEventRefused, tokenHashOf } from '#oidc';
import { type Clock, reasonOf, type SsfReply, type SsfStream } from '#session';
import type { EventSource, SecurityEvents, TakenEvent } from '#ssf';

/** A key may be newer than what we know of the transmitter's keys; they are asked for again within that. */
const KEY_DOUBT_MS = 60_000;
const MOST_DOUBTS = 1_000;

/** What a batch has left behind. What is in neither comes again. */
export interface TakenSets {
  readonly replies: readonly SsfReply[];
  readonly changes: Partial<SsfStream>;
}

interface Settled {
  readonly reply: SsfReply | undefined;
  readonly changes: Partial<SsfStream>;
}

/**
 * Takes the tokens of a poll, one by one. Each is done and written down before its reply; one that we could not do, for a fault of
 * our own or of the transmitter's keys, gets none.
 */
export class TakeSets {
  private readonly logger = new Logger('ssf');
  private readonly doubted = new Map<string, number>();

  constructor(
    private readonly events: SecurityEvents,
    private readonly name: string,
    private readonly source: EventSource,
    private readonly clock: Clock,
  ) {}

  /** @param streamId ours, at the transmitter */
  async take(
    sets: readonly (readonly [string, unknown])[],
    stream: SsfStream,
    streamId: string,
    signal: AbortSignal,
  ): Promise<TakenSets> {
    const replies: SsfReply[] = [];
    let changes: Partial<SsfStream> = {};
    for (const [jti, token] of sets) {
      if (signal.aborted) break;
      const settled = await this.settle(jti, token, { ...stream, ...changes }, streamId);
      if (settled.reply !== undefined) replies.push(settled.reply);
      changes = { ...changes, ...settled.changes };
    }
    return { replies, changes };
  }

  private async settle(jti: string, token: unknown, stream: SsfStream, streamId: string): Promise<Settled> {
    try {
      const text = typeof token === 'string' ? token : '';
      const taken = await this.events.receive(text, this.source, jti);
      return this.settledBy(jti, taken, stream, streamId);
    } catch (error) {
      if (error instanceof SecurityEventRefused && !this.isDoubtful(jti, error)) {
        this.logger.warn(`ssf.refused idp=${this.name} err=${error.err} reason=${reasonOf(error)}`);
        return { reply: { jti, refused: { err: error.err, description: error.message } }, changes: {} };
      }
      const what = error instanceof IdpError ? 'ssf.keys.unavailable' : 'ssf.postponed';
      this.logger.error(`${what} idp=${this.name} reason=${reasonOf(error)}`);
      return { reply: undefined, changes: {} };
    }
  }

  private settledBy(jti: string, taken: TakenEvent, stream: SsfStream, streamId: string): Settled {
    const reply: SsfReply = { jti };
    if (taken.kind === 'verification') return this.verified(jti, taken, stream, streamId);
    if (taken.kind !== 'stream_updated' || taken.streamId !== streamId) return { reply, changes: {} };
    this.logger.warn(`ssf.stream.updated idp=${this.name} status=${taken.status}`);
    return { reply, changes: { status: taken.status } };
  }

  /** One that we asked for proves the stream; one that the transmitter sends by itself, without a state, proves nothing. */
  private verified(
    jti: string,
    { streamId: of, state }: Extract<TakenEvent, { kind: 'verification' }>,
    stream: SsfStream,
    streamId: string,
  ): Settled {
    if (state === undefined) return { reply: { jti }, changes: {} };
    if (of !== streamId || tokenHashOf(state) !== stream.verifyState) {
      this.logger.warn(`ssf.refused idp=${this.name} err=invalid_state`);
      const refused = { err: 'invalid_state', description: 'this state was not asked for' };
      return { reply: { jti, refused }, changes: {} };
    }
    if (stream.verifyAskedAt === undefined) return { reply: { jti }, changes: {} }; // it came before
    this.logger.log(`ssf.verified idp=${this.name}`);
    return { reply: { jti }, changes: { verifiedAt: this.clock.now(), verifyAskedAt: undefined } };
  }

  private isDoubtful(jti: string, { err }: SecurityEventRefused): boolean {
    if (err !== 'invalid_key') return false;
    const now = this.clock.now().getTime();
    const since = this.doubted.get(jti) ?? now;
    if (this.doubted.size >= MOST_DOUBTS) this.doubted.clear();
    this.doubted.set(jti, since);
    return now - since < KEY_DOUBT_MS;
  }
}
