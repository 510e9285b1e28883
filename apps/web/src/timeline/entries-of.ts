import { type EndingRow, type HubRows, MOST_ROWS, type SessionRow } from './hub-rows.js';
import type { TimelineEntry } from './timeline-entry.js';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
/** An entry that has no number yet. */
export type NewEntry = WithoutId<TimelineEntry>;

/** What happens at one time is told in this order. */
const ORDER: readonly NewEntry['kind'][] = ['opened', 'probe', 'ended', 'published', 'receipt'];

/**
 * Gives what has happened between two looks at the hub, the oldest first, each thing once. Of several probes of one session between
 * two looks the latest is seen: the hub keeps no other. A receipt waits until its event is known to be published.
 *
 * @param nameOf gives a front end's name for its origin
 */
export function entriesOf(before: HubRows, now: HubRows, nameOf: (origin: string) => string): readonly NewEntry[] {
  const entries = [
    ...signInsOf(before, now, nameOf),
    ...probesOf(before, now),
    ...endingsOf(before, now),
    ...receiptsOf(before, now),
  ];
  const rank = ({ kind }: NewEntry) => ORDER.indexOf(kind);
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : rank(a) - rank(b)));
}

function signInsOf(before: HubRows, now: HubRows, nameOf: (origin: string) => string): readonly NewEntry[] {
  const keyOf = ({ sid, frontEnd, at }: HubRows['signIns'][number]) => `${sid} ${at.getTime()} ${frontEnd}`;
  return onlyNew(before.signIns, now.signIns, keyOf).map(({ sid, sub, frontEnd, at }) => ({
    kind: 'opened',
    at: at.toISOString(),
    ...{ sid, sub, frontEnd: nameOf(frontEnd) },
  }));
}

/** A sign-in confirms a session too: its time is that of its tokens. */
function probesOf(before: HubRows, now: HubRows): readonly NewEntry[] {
  const earlier = new Map(before.sessions.map((row) => [row.sid, row]));
  const isFull = before.sessions.length >= MOST_ROWS;
  const oldest = before.sessions.at(-1)?.sid ?? '';
  return now.sessions.flatMap((row) => {
    const was = earlier.get(row.sid);
    if (was === undefined && isFull && row.sid < oldest) return [];
    return findingsOf(was, row).map(({ at, ...finding }) => ({
      kind: 'probe' as const,
      at: at.toISOString(),
      ...{ sid: row.sid, sub: row.sub, ...finding },
    }));
  });
}

type Finding = Pick<Extract<NewEntry, { kind: 'probe' }>, 'verdict' | 'reason'> & { readonly at: Date };

function findingsOf(was: SessionRow | undefined, row: SessionRow): readonly Finding[] {
  const findings: Finding[] = [];
  const { idpCheckedAt, tokensSince, weakEndedAt, unknownSince, unknownReason } = row;
  const isNew = (at: Date | null, earlier: Date | null | undefined): at is Date =>
    at !== null && at.getTime() !== earlier?.getTime();
  if (isNew(idpCheckedAt, was?.idpCheckedAt ?? row.openedAt) && isNew(idpCheckedAt, tokensSince))
    findings.push({ verdict: 'active', at: idpCheckedAt });
  if (isNew(weakEndedAt, was?.weakEndedAt)) findings.push({ verdict: 'ended', reason: 'weak', at: weakEndedAt });
  if (isNew(unknownSince, was?.unknownSince))
    findings.push({
      verdict: 'unknown',
      at: unknownSince,
      ...(unknownReason === null ? {} : { reason: unknownReason }),
    });
  return findings;
}

function endingsOf(before: HubRows, now: HubRows): readonly NewEntry[] {
  const keyOf = ({ eventId }: EndingRow) => eventId;
  const ended = onlyNew(before.endings, now.endings, keyOf).flatMap(toEnding);
  const isPublished = ({ publishedAt }: EndingRow) => publishedAt !== null;
  const publishedBefore = new Set(before.endings.filter(isPublished).map(keyOf));
  const known = new Set([...before.endings, ...onlyNew(before.endings, now.endings, keyOf)].map(keyOf));
  const published = now.endings.filter((row) => known.has(row.eventId) && !publishedBefore.has(row.eventId));
  return [...ended, ...published.flatMap(toPublication)];
}

/** An ending that a probe has found is that probe's verdict as well. */
function toEnding({ eventId, sid, sub, cause, at: date }: EndingRow): readonly NewEntry[] {
  const at = date.toISOString();
  return [
    ...(cause === 'poll_session_ended' ? [{ kind: 'probe', at, sid, sub, verdict: 'ended' } as const] : []),
    { kind: 'ended', at, sid, sub, cause: cause ?? 'unknown', eventId },
  ];
}

function toPublication({ eventId, sid, at, publishedAt }: EndingRow): readonly NewEntry[] {
  if (publishedAt === null) return [];
  return [{ kind: 'published', at: publishedAt.toISOString(), sid, eventId, tookMs: between(at, publishedAt) }];
}

function receiptsOf(before: HubRows, now: HubRows): readonly NewEntry[] {
  const published = ({ receipts }: HubRows) => receipts.filter(({ publishedAt }) => publishedAt !== null);
  const keyOf = ({ eventId, service }: HubRows['receipts'][number]) => `${eventId} ${service}`;
  const seen = new Set(published(before).map(keyOf));
  const known = new Set(
    [...before.endings, ...onlyNew(before.endings, now.endings, ({ eventId }) => eventId)].map(
      ({ eventId }) => eventId,
    ),
  );
  return published(now)
    .filter((row) => known.has(row.eventId) && !seen.has(keyOf(row)))
    .map(({ eventId, sid, service, sessions, at, publishedAt }) => ({
      kind: 'receipt',
      at: at.toISOString(),
      ...{ sid, eventId, service, sessions, tookMs: between(publishedAt ?? at, at) },
    }));
}

/** The hub's clock and a service's may disagree by a few milliseconds; by more, and the machines' clocks are wrong. */
const between = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime());

/** When the list was full, what is older than all of it has been seen before: it comes back when something newer is removed. */
function onlyNew<T extends { readonly at: Date }>(
  before: readonly T[],
  now: readonly T[],
  keyOf: (row: T) => string,
): readonly T[] {
  const seen = new Set(before.map(keyOf));
  const oldest = before.length < MOST_ROWS ? -Infinity : Math.min(...before.map(({ at }) => at.getTime()));
  return now.filter((row) => !seen.has(keyOf(row)) && row.at.getTime() >= oldest);
}
