import type { TimelineEntry } from '../../src/timeline/timeline-entry.js';
import type { Row } from './rows.js';
import { type Lane, laneOf } from './sentences.js';

/** What somebody wants to see. */
export interface Wish {
  readonly hidden: ReadonlySet<Lane>;
  /** a person's `sub`; empty for everybody */
  readonly sub: string;
}

/** Gives whose session each `sid` is, as far as entries say. */
export function ownersOf(entries: readonly TimelineEntry[]): ReadonlyMap<string, string> {
  return new Map(entries.flatMap((entry) => ('sub' in entry ? [[entry.sid, entry.sub] as const] : [])));
}

/** Whether a line is wished for. What is of nobody in particular is shown only with everybody's. */
export function isWished(row: Row, { hidden, sub }: Wish, owners: ReadonlyMap<string, string>): boolean {
  if (hidden.has(laneOf(row))) return false;
  return sub === '' || ownerOf(row, owners) === sub;
}

/** Gives the person a line is about, if it is about one. */
export function ownerOf(row: Row, owners: ReadonlyMap<string, string>): string | undefined {
  if (row.kind === 'probes') return row.last.sub;
  if (row.kind === 'ending') return row.ended.sub;
  const { entry } = row;
  if (entry.kind === 'opened') return entry.sub;
  return 'sid' in entry ? owners.get(entry.sid ?? '') : undefined;
}
