import { type ChannelHealth, channelHealth, type SsfStream } from './ssf-stream.js';

/** Names a stream: who sends, and who we are there. */
export interface SsfStreamKey {
  /** issuer of the transmitter */
  readonly transmitter: string;
  readonly audience: string;
}

/** The right of one poller to poll a stream, until a moment. */
export interface SsfLease {
  readonly id: string;
  readonly until: Date;
}

/** What is known of the streams that are polled, shared by all pollers. One at a time polls a stream. */
export abstract class SsfStreams {
  /** Takes or prolongs the lease, and gives the stream as it stands; undefined while another has it. */
  abstract claim(key: SsfStreamKey, lease: SsfLease, now: Date): Promise<SsfStream | undefined>;
  /** Writes what has changed. False, and nothing changed, when the lease was lost. */
  abstract save(key: SsfStreamKey, leaseId: string, changes: Partial<SsfStream>): Promise<boolean>;
  /** Gives the lease back, if it is still ours. */
  abstract release(key: SsfStreamKey, leaseId: string): Promise<void>;
  /** Gives a stream; undefined when it was never polled. */
  abstract read(key: SsfStreamKey): Promise<SsfStream | undefined>;

  /** Whether this stream may be relied on: only `proven` counts as push that works. */
  async health(key: SsfStreamKey, now: Date): Promise<ChannelHealth> {
    const stream = await this.read(key);
    return stream === undefined ? { kind: 'unproven' } : channelHealth(stream, now);
  }
}
