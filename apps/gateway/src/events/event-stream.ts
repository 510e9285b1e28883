import type { ServerResponse } from 'node:http';
import type { SessionStreams } from './session-streams.js';

/** Who leaves so many bytes unread is not there any more. */
const UNREAD_LIMIT = 16_384;
const END_WITHIN_MS = 5_000;

/** What a stream needs of Node's response. */
export type StreamResponse = Pick<
  ServerResponse,
  'write' | 'end' | 'destroy' | 'setTimeout' | 'writableLength' | 'writableNeedDrain'
>;

/** One open tab. There may be thousands: it holds nothing but where to write, and whose it is. */
export class EventStream {
  constructor(
    private readonly response: StreamResponse,
    readonly session: SessionStreams,
    /** the second of a heartbeat's round in which it is this stream's turn */
    readonly turn: number,
  ) {}

  /** Writes, unless the client has stopped reading: then it is dropped. It may come back. */
  write(text: string): void {
    if (this.response.writableLength > UNREAD_LIMIT) this.response.destroy();
    else this.response.write(text);
  }

  /** Writes a heartbeat, unless what was written before has not gone out since the last one. */
  beat(text: string): void {
    if (this.response.writableNeedDrain) this.response.destroy();
    else this.write(text);
  }

  /** Says one last thing. A client that does not take it is cut off. */
  end(text: string): void {
    this.response.setTimeout(END_WITHIN_MS);
    this.response.end(text);
  }
}
