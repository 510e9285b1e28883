/** An event that waits to be published. */
export interface OutboxRow {
  readonly eventId: string;
  readonly subject: string;
  /** JSON, as it goes out */
  readonly payload: string;
  /** how often the broker has refused it so far */
  readonly attempts: number;
}

/**
 * What became of one publication. `reason` is a code of a few words, without anything secret.
 *
 * `refused`: the broker is there and does not take this event: it is too large, its subject is forbidden.
 * `unanswered`: nobody can say; the broker may have it or not.
 */
export type Publication =
  | { readonly kind: 'stored' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unanswered'; readonly reason: string };

/** Hands one row to the broker, and says what became of it. Never rejects. */
export type Publish = (row: OutboxRow) => Promise<Publication>;

/** What a batch leaves behind. */
export interface Settlement {
  readonly published: number;
  /** events that were refused for the first time, and those that are dead from now on */
  readonly refused: readonly FailedEvent[];
  readonly dead: readonly FailedEvent[];
  /** why nothing at all got through; undefined when something did, or there was nothing but refusals */
  readonly stalled: string | undefined;
}

/** An event that the broker refused. */
export interface FailedEvent {
  readonly eventId: string;
  readonly attempts: number;
  readonly reason: string;
}

/** Rows that this relay alone may publish until it settles them; if it dies, they are free at once. */
export abstract class OutboxBatch {
  abstract readonly rows: readonly OutboxRow[];
  /** where to read on */
  abstract readonly last: bigint;
  /**
   * Writes down what became of the rows, in their order, and frees them. Call it once, whatever happened.
   *
   * @throws whatever the database says; the rows are free all the same, and will be published again
   */
  abstract settle(publications: readonly Publication[]): Promise<Settlement>;
}

/** Events promised in the transaction of their fact. */
export abstract class Outbox {
  /** Where the outbox begins. */
  static readonly START = 0n;
  /**
   * Takes up to `limit` waiting rows behind `after`, oldest first: of each session only the oldest, so that its events go
   * out in their order. Rows that another relay holds, and refused ones that rest, are passed over.
   */
  abstract take(limit: number, after: bigint): Promise<OutboxBatch>;
}

/** An event that the broker has refused {@link DEAD_AFTER} times. It is tried again for ever. */
export interface DeadEvent {
  readonly eventId: string;
  readonly sid: string;
  readonly subject: string;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly retryAt: Date | undefined;
  readonly reason: string;
}

/** Events that do not get out, for an operator. */
export abstract class DeadEvents {
  /** The oldest first. */
  abstract list(limit: number): Promise<readonly DeadEvent[]>;
  /** Makes one refused event due now, or, without an id, all of them. Gives how many there were. */
  abstract retry(eventId?: string): Promise<number>;
}

/** An event that was refused so often is dead: somebody has to look. */
export const DEAD_AFTER = 10;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** What is written down of one row; `waits`: nothing. */
export type RowFate =
  | { readonly kind: 'published' }
  | { readonly kind: 'waits' }
  | { readonly kind: 'failed'; readonly attempts: number; readonly retryAt: Date; readonly reason: string };

/**
 * Decides what becomes of each row of a batch. An attempt is counted where the row is at fault: the broker refused it, or did
 * not answer for it while it took others. That nothing gets through is nobody's fault: no outage makes an event dead.
 *
 * @param random gives numbers in [0, 1): pauses are cut by up to a quarter, so that rows do not come back all at once
 */
export function fatesOf(
  rows: readonly OutboxRow[],
  publications: readonly Publication[],
  now: Date,
  random: () => number,
): readonly RowFate[] {
  const isOpen = publications.some(({ kind }) => kind === 'stored');
  return rows.map(({ attempts: before }, index) => {
    const publication = publications[index] ?? { kind: 'unanswered', reason: 'not_tried' };
    if (publication.kind === 'stored') return { kind: 'published' };
    if (publication.kind === 'unanswered' && !isOpen) return { kind: 'waits' };
    const attempts = before + 1;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** before) * (1 - random() / 4);
    return {
      kind: 'failed',
      attempts,
      retryAt: new Date(now.getTime() + Math.round(pauseMs)),
      reason: publication.reason,
    };
  });
}

/** Sums up what {@link fatesOf} has decided. */
export function settlementOf(
  rows: readonly OutboxRow[],
  publications: readonly Publication[],
  fates: readonly RowFate[],
): Settlement {
  const failed = fates.flatMap((fate, index) => {
    const eventId = rows[index]?.eventId;
    if (fate.kind !== 'failed' || eventId === undefined) return [];
    return [{ eventId, attempts: fate.attempts, reason: fate.reason }];
  });
  const published = fates.filter(({ kind }) => kind === 'published').length;
  const unanswered = publications.find((publication) => publication.kind === 'unanswered');
  return {
    published,
    refused: failed.filter(({ attempts }) => attempts === 1),
    dead: failed.filter(({ attempts }) => attempts === DEAD_AFTER),
    stalled: published === 0 ? unanswered?.reason : undefined,
  };
}
