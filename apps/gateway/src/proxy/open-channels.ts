import { Logger } from '@nestjs/common';
import { type Clock, reasonOf, type SessionChange, type SessionSignal, type Sid } from '#session';

/** Close codes of ours. @see {@link https://www.rfc-editor.org/rfc/rfc6455 RFC 6455} §7.4.2 */
export type Closing =
  | { readonly code: 4401; readonly reason: 'session ended' }
  /** the browser has a newer session: open it again */
  | { readonly code: 4409; readonly reason: 'session replaced' }
  | { readonly code: 4408; readonly reason: 'idle' }
  | { readonly code: 1013; readonly reason: 'session unknown' }
  | { readonly code: 1001; readonly reason: 'going away' };

/** Something that stays open after its request was admitted, and must not outlive the session. */
export interface OpenChannel {
  readonly sid: Sid;
  /** of the browser session, as in changes that {@link SessionSignal} tells */
  readonly browserSession: string;
  /** looks again; rejects when it can't be told now */
  readonly look: () => Promise<'usable' | 'replaced' | 'ended'>;
  close: (closing: Closing) => void;
  /** undefined where silence is no reason to close it */
  lastUsedAt: Date | undefined;
  /** when the session could first not be looked up */
  unknownSince: Date | undefined;
}

const RECHECK_MS = 30_000;
const IDLE_MS = 600_000;
const UNKNOWN_FOR_MS = 120_000;
const MOST_PER_SESSION = 20;

/**
 * The channels that are open, by session. A channel is closed when its session ends: at once where {@link SessionSignal} tells,
 * and within 30 seconds in any case. So it is when a newer session has replaced it, and it counts no more. While the session can't be looked up it stays, for two minutes.
 */
export class OpenChannels {
  private readonly logger = new Logger('proxy');
  private isSweeping = false;
  private readonly bySid = new Map<Sid, Set<OpenChannel>>();

  constructor(private readonly clock: Clock) {}

  /** Keeps a channel until the returned function is called. Gives undefined when its session has as many as it may. */
  open(channel: OpenChannel): (() => void) | undefined {
    const channels = this.bySid.get(channel.sid) ?? new Set();
    if (channels.size >= MOST_PER_SESSION) return undefined;
    this.bySid.set(channel.sid, channels.add(channel));
    return () => {
      channels.delete(channel);
      if (channels.size === 0 && this.bySid.get(channel.sid) === channels) this.bySid.delete(channel.sid);
    };
  }

  /** Looks at the sessions every 30 seconds, and when `signal` tells of a change. The returned function ends it. */
  watch(signal: SessionSignal): () => void {
    const stop = signal.on((change) => void this.apply(change));
    const timer = setInterval(() => void this.sweep(), RECHECK_MS).unref();
    return () => {
      stop();
      clearInterval(timer);
    };
  }

  closeAll(): void {
    for (const channel of this.all()) channel.close({ code: 1001, reason: 'going away' });
  }

  /** What changed is looked up: the signal says where to look, never that a session has ended. */
  async apply(change: SessionChange): Promise<void> {
    await this.recheck(this.concernedBy(change));
  }

  /** One after the other: a signal must not become a flood of questions to the database. */
  async recheck(channels: readonly OpenChannel[]): Promise<void> {
    for (const channel of channels) await this.recheckOne(channel);
  }

  /** A slow database must not make one round meet the next. */
  private async sweep(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    await this.recheck(this.all());
    this.isSweeping = false;
  }

  private async recheckOne(channel: OpenChannel): Promise<void> {
    const now = this.clock.now();
    try {
      const state = await channel.look();
      if (state === 'ended') channel.close({ code: 4401, reason: 'session ended' });
      else if (state === 'replaced') channel.close({ code: 4409, reason: 'session replaced' });
      else if (isIdle(channel, now)) channel.close({ code: 4408, reason: 'idle' });
      channel.unknownSince = undefined;
    } catch (error) {
      if (channel.unknownSince === undefined)
        this.logger.warn(`channel.unknown sid=${channel.sid} reason=${reasonOf(error)}`);
      channel.unknownSince ??= now;
      if (now.getTime() - channel.unknownSince.getTime() > UNKNOWN_FOR_MS)
        channel.close({ code: 1013, reason: 'session unknown' });
    }
  }

  private concernedBy(change: SessionChange): readonly OpenChannel[] {
    switch (change.kind) {
      case 'session':
        return [...(this.bySid.get(change.sid) ?? [])];
      case 'browser':
        return this.all().filter(({ browserSession }) => browserSession === change.id);
      case 'anything':
        return this.all();
    }
  }

  private all(): OpenChannel[] {
    return [...this.bySid.values()].flatMap((channels) => [...channels]);
  }
}

function isIdle({ lastUsedAt }: OpenChannel, now: Date): boolean {
  return lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() > IDLE_MS;
}
