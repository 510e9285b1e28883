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
  /** services that have answered for another ending, and not yet for this one */
  readonly missing: readonly string[];
}

/** One line of the list, or one block of lines. */
export type Row =
  | { readonly kind: 'entry'; readonly key: string; readonly entry: Exclude<TimelineEntry, Of<'probe' | 'ended'>> }
  | ProbesRow
  | EndingRow;

/** Names an entry, also beyond a restart of the server, whose ids may begin anew. */
export const keyOf = ({ id, at }: TimelineEntry): string => `${at} ${id}`;

/** Puts entries in the order of their time: what a database knows comes a moment later than what a page tells. */
export const inOrder = (entries: readonly TimelineEntry[]): readonly TimelineEntry[] =>
  [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)); // of one moment: as they came

/**
 * Puts entries into lines, oldest first: answers that say the same of a session become one line until something else happens;
 * what follows from an ending stands with the ending, whenever it comes, also before.
 */
export function rowsOf(entries: readonly TimelineEntry[]): readonly Row[] {
  const rows: Row[] = [];
  const run = new Map<string, number>();
  const endings = consequencesOf(entries);
  const services = [...new Set(entries.flatMap((entry) => (entry.kind === 'receipt' ? [entry.service] : [])))];
  for (const entry of inOrder(entries)) {
    if (entry.kind === 'probe') {
      addProbe(rows, run, entry);
      continue;
    }
    if (endings.has(endingOf(entry) ?? '')) continue;
    run.clear();
    const key = keyOf(entry);
    if (entry.kind !== 'ended') rows.push({ kind: 'entry', key, entry });
    else {
      const followers = followersOf(entry, endings);
      const missing = services.filter((name) => !followers.receipts.some(({ service }) => service === name));
      rows.push({ kind: 'ending', key, ended: entry, ...followers, missing });
    }
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

/** The name of the ending that an entry follows from: its event's, or for a page its session's. */
function endingOf(entry: TimelineEntry): string | undefined {
  if (entry.kind === 'published' || entry.kind === 'receipt') return entry.eventId;
  return entry.kind === 'shown' && entry.status === 'signed_out' ? entry.sid : undefined;
}

/** Gives all that followed, by the names of the endings that are there. */
function consequencesOf(entries: readonly TimelineEntry[]): ReadonlyMap<string, readonly TimelineEntry[]> {
  const byName = new Map<string, TimelineEntry[]>();
  for (const entry of entries) if (entry.kind === 'ended') byName.set(entry.eventId, []).set(entry.sid, []);
  for (const entry of entries) byName.get(endingOf(entry) ?? '')?.push(entry);
  return byName;
}

function followersOf(
  { eventId, sid }: Of<'ended'>,
  endings: ReadonlyMap<string, readonly TimelineEntry[]>,
): Pick<EndingRow, 'published' | 'receipts' | 'shown'> {
  const all = [...(endings.get(eventId) ?? []), ...(endings.get(sid) ?? [])];
  const published = all.find((entry) => entry.kind === 'published');
  return {
    ...(published === undefined ? {} : { published }),
    receipts: all.filter((entry) => entry.kind === 'receipt'),
    shown: all.filter((entry) => entry.kind === 'shown'),
  };
}

/** Says whether a line differs from how it was drawn, by comparing two of these. */
export function stampOf(row: Row): string {
  if (row.kind === 'entry') return '';
  if (row.kind === 'probes') return String(row.count);
  return `${row.published === undefined ? 0 : 1} ${row.receipts.length} ${row.shown.length} ${row.missing.join()}`;
}
