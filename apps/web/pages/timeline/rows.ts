import type { TimelineEntry } from '../../src/timeline/timeline-entry.js';

/** An entry of one kind. */
export type Of<K extends TimelineEntry['kind']> = Extract<TimelineEntry, { kind: K }>;

/** Answers of one kind about one session, one after the other. */
export interface ProbesRow {
  readonly kind: 'probes';
  readonly key: string;
  readonly first: Of<'probe'>;
  readonly last: Of<'probe'>;
  readonly count: number;
}

/** An ending, and all that followed from it. */
export interface EndingRow {
  readonly kind: 'ending';
  readonly key: string;
  readonly ended: Of<'ended'>;
  readonly published?: Of<'published'>;
  readonly receipts: readonly Of<'receipt'>[];
  readonly shown: readonly Of<'shown'>[];
}

/** One line of the list, or one block of lines. */
export type Row =
  | { readonly kind: 'entry'; readonly key: string; readonly entry: Exclude<TimelineEntry, Of<'probe' | 'ended'>> }
  | ProbesRow
  | EndingRow;

/** Names an entry, also beyond a restart of the server, whose ids may begin anew. */
export const keyOf = ({ id, at }: TimelineEntry): string => `${at} ${id}`;

/**
 * Puts entries into lines, oldest first: answers that say the same of a session become one line until something else happens;
 * what follows from an ending stands with the ending, whenever it comes.
 */
export function rowsOf(entries: readonly TimelineEntry[]): readonly Row[] {
  const rows: Row[] = [];
  const run = new Map<string, number>();
  const endings = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === 'probe') {
      addProbe(rows, run, entry);
      continue;
    }
    if (joinEnding(rows, endings, entry)) continue;
    run.clear();
    const key = keyOf(entry);
    if (entry.kind === 'ended') {
      endings.set(entry.eventId, rows.length).set(entry.sid, rows.length);
      rows.push({ kind: 'ending', key, ended: entry, receipts: [], shown: [] });
    } else rows.push({ kind: 'entry', key, entry });
  }
  return rows;
}

function addProbe(rows: Row[], run: Map<string, number>, probe: Of<'probe'>): void {
  const alike = `${probe.sid} ${probe.verdict} ${probe.reason ?? ''}`;
  const index = run.get(alike);
  const row = index === undefined ? undefined : rows[index];
  if (probe.verdict !== 'ended' && index !== undefined && row?.kind === 'probes') {
    rows[index] = { ...row, last: probe, count: row.count + 1 };
    return;
  }
  for (const other of run.keys()) if (other.startsWith(`${probe.sid} `)) run.delete(other);
  run.set(alike, rows.length);
  rows.push({ kind: 'probes', key: keyOf(probe), first: probe, last: probe, count: 1 });
}

/** Puts an entry to the ending that it follows from. Gives false when there is none. */
function joinEnding(rows: Row[], endings: ReadonlyMap<string, number>, entry: TimelineEntry): boolean {
  const name =
    entry.kind === 'published' || entry.kind === 'receipt'
      ? entry.eventId
      : entry.kind === 'shown' && entry.status === 'signed_out'
        ? entry.sid
        : undefined;
  const index = name === undefined ? undefined : endings.get(name);
  const row = index === undefined ? undefined : rows[index];
  if (index === undefined || row?.kind !== 'ending') return false;
  if (entry.kind === 'published') rows[index] = { ...row, published: entry };
  if (entry.kind === 'receipt') rows[index] = { ...row, receipts: [...row.receipts, entry] };
  if (entry.kind === 'shown') rows[index] = { ...row, shown: [...row.shown, entry] };
  return true;
}

/** Says whether a line differs from how it was drawn, by comparing two of these. */
export function stampOf(row: Row): string {
  if (row.kind === 'entry') return '';
  if (row.kind === 'probes') return String(row.count);
  return `${row.published === undefined ? 0 : 1} ${row.receipts.length} ${row.shown.length}`;
}
