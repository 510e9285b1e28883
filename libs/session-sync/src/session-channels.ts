import { type BeforeApplicationShutdown, Logger } from '@nestjs/common';
import { markForbids, reasonOf, type AppSession, type RevocationMark } from '#session';
import type { SessionMemory } from './session-memory.js';

/**
 * Why a channel closes. `ended`: the session has, with the ending's cause or `expired`. `try_again` says nothing about the session:
 * endings are not heard, or this process stops; the client opens the channel again, here or at another replica.
 */
export type ChannelEnd =
  | { readonly kind: 'ended'; readonly cause: string }
  | { readonly kind: 'try_again'; readonly reason: 'endings-unknown' | 'stopping' };

/** Closes a channel. */
export type CloseChannel = (end: ChannelEnd) => void;

/** The session that a channel belongs to. */
export type ChannelOwner = Pick<AppSession, 'iss' | 'sid' | 'sub' | 'openedAt' | 'expiresAt'>;

/** Something of a session that lives longer than a request. */
interface Channel {
  readonly owner: ChannelOwner;
  readonly close: CloseChannel;
}

/**
 * Closes what lives longer than a request (sockets, event streams, jobs) when its session ends, within about a second of
 * the ending, and when it expires; and when the process is told to stop, which open channels would hold up.
 */
export class SessionChannels implements BeforeApplicationShutdown {
  private readonly logger = new Logger(SessionChannels.name);
  private readonly bySid = new Map<string, Set<Channel>>();
  private readonly bySub = new Map<string, Set<Channel>>();
  private stopping = false;

  constructor(private readonly memory: SessionMemory) {}

  /**
   * Has `close` called once when the session ends; at once when that is known already, or when the process stops. Gives
   * what forgets the channel: call it when the channel has closed by itself.
   */
  hold(owner: ChannelOwner, close: CloseChannel): () => void {
    const mark = this.memory.markOn(owner);
    const channel = { owner, close };
    if (mark !== undefined || this.stopping) {
      this.end(channel, mark === undefined ? STOPPING : { kind: 'ended', cause: mark.cause });
      return () => undefined;
    }
    put(this.bySid, sidKey(owner), channel);
    put(this.bySub, subKey(owner), channel);
    return () => {
      this.release(channel);
    };
  }

  /** How many channels are held. */
  get size(): number {
    let size = 0;
    for (const channels of this.bySid.values()) size += channels.size;
    return size;
  }

  /** One owner a session. */
  owners(): readonly ChannelOwner[] {
    return [...this.bySid.values()].flatMap(([channel]) => (channel === undefined ? [] : [channel.owner]));
  }

  /** Closes what a mark forbids. */
  heard(mark: RevocationMark): void {
    const [index, key] =
      mark.scope === 'session'
        ? [this.bySid, sidKey({ iss: mark.iss, sid: mark.key })]
        : [this.bySub, subKey({ iss: mark.iss, sub: mark.key })];
    for (const channel of [...(index.get(key) ?? [])])
      if (markForbids(mark, channel.owner.openedAt)) this.closeOne(channel, { kind: 'ended', cause: mark.cause });
  }

  /** Closes all that a session has. */
  close(owner: ChannelOwner, end: ChannelEnd): void {
    for (const channel of [...(this.bySid.get(sidKey(owner)) ?? [])]) this.closeOne(channel, end);
  }

  /** Closes all there are, before the servers wait for them. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const owner of this.owners()) this.close(owner, STOPPING);
  }

  private closeOne(channel: Channel, end: ChannelEnd): void {
    this.release(channel);
    this.end(channel, end);
  }

  private end(channel: Channel, end: ChannelEnd): void {
    try {
      channel.close(end);
    } catch (error) {
      this.logger.error(`channel.close.failed sid=${channel.owner.sid} reason=${reasonOf(error)}`);
    }
  }

  private release(channel: Channel): void {
    take(this.bySid, sidKey(channel.owner), channel);
    take(this.bySub, subKey(channel.owner), channel);
  }
}

const STOPPING: ChannelEnd = { kind: 'try_again', reason: 'stopping' };

const sidKey = ({ iss, sid }: { readonly iss: string; readonly sid: string }) => `${iss} ${sid}`;
const subKey = ({ iss, sub }: { readonly iss: string; readonly sub: string }) => `${iss} ${sub}`;

function put(index: Map<string, Set<Channel>>, key: string, channel: Channel): void {
  const channels = index.get(key) ?? new Set<Channel>();
  index.set(key, channels.add(channel));
}

function take(index: Map<string, Set<Channel>>, key: string, channel: Channel): void {
  const channels = index.get(key);
  channels?.delete(channel);
  if (channels?.size === 0) index.delete(key);
}
