import type { StreamInfo } from '@nats-io/jetstream';

/** Up to where in a stream everything has surely been applied. */
export interface StreamPlace {
  /** the stream, and when it was made: one that was made anew is another */
  readonly stream: string;
  readonly sequence: number;
  /** when it was so */
  readonly at: Date;
}

/** Where a subscriber keeps its place: beside what it applied, since a broker moves its own count when a stream is purged. */
export interface StreamPlaces {
  find(): Promise<StreamPlace | undefined>;
  keep(place: StreamPlace): Promise<void>;
}

/** What a stream holds at one moment. */
export interface StreamSpan {
  /** the stream's name, and when it was made */
  readonly stream: string;
  /** sequence of the oldest message; of the next one when there is none */
  readonly first: number;
  /** sequence of the newest message that there ever was */
  readonly last: number;
}

/** Reads what a stream holds from what the server says of it. */
export function spanOf({ config, created, state }: StreamInfo): StreamSpan {
  return { stream: `${config.name}@${created}`, first: state.first_seq, last: state.last_seq };
}

/** Whether the stream still has every message after `place`. False for another stream, and for one that was put back in time. */
export function isContinuous(place: Pick<StreamPlace, 'stream' | 'sequence'>, span: StreamSpan): boolean {
  return place.stream === span.stream && span.first <= place.sequence + 1 && place.sequence <= span.last;
}

/** Gives the sequence before the oldest message: whoever goes on from there hears all that the stream still has. */
export function beforeFirst({ first }: StreamSpan): number {
  return Math.max(0, first - 1);
}
