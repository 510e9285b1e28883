import type { LogoutProgress } from '#session';

/** What one service has said of a logout. */
export interface ServiceReport {
  readonly name: string;
  readonly state: 'signed_out' | 'pending';
  /** app sessions that it revoked */
  readonly sessions: number;
  readonly appliedAt: string | null;
  /** from the end here to the end there, by the clocks of both; never below 0 */
  readonly ms: number | null;
  /** for how long it has been pending, by our clock; null once it has signed the person out */
  readonly waitingMs: number | null;
}

/** What is known of one logout, as JSON. */
export interface LogoutReport {
  readonly id: string;
  /** complete: the broker has every event, and every service that is expected has applied each */
  readonly state: 'complete' | 'pending';
  readonly endedAt: string;
  readonly publishedAt: string | null;
  readonly services: readonly ServiceReport[];
}

/**
 * Tells who has signed a person out and who has not yet; undefined when there was no such logout.
 *
 * @param expected services that are there, whether they have ever sent a receipt or not
 */
export function logoutReportOf(
  id: string,
  progress: LogoutProgress,
  expected: readonly string[],
  now: Date,
): LogoutReport | undefined {
  const { events } = progress;
  const endedAt = earliest(events.map((event) => event.endedAt));
  if (endedAt === undefined) return undefined;
  const heard = progress.receipts.map(({ service }) => service);
  const names = [...new Set([...expected, ...progress.services, ...heard])].sort();
  const services = names.map((name) => serviceReportOf(name, progress, endedAt, now));
  const published = events.flatMap(({ publishedAt }) => publishedAt ?? []);
  const isPublished = published.length === events.length;
  const isComplete = isPublished && services.every(({ state }) => state === 'signed_out');
  return {
    id,
    state: isComplete ? 'complete' : 'pending',
    endedAt: endedAt.toISOString(),
    publishedAt: (isPublished ? latest(published) : undefined)?.toISOString() ?? null,
    services,
  };
}

function serviceReportOf(name: string, { events, receipts }: LogoutProgress, endedAt: Date, now: Date): ServiceReport {
  const own = receipts.filter(({ service }) => service === name);
  const sessions = own.reduce((sum, receipt) => sum + receipt.sessions, 0);
  const appliedAt = latest(own.map((receipt) => receipt.appliedAt));
  const since = (at: Date): number => Math.max(0, at.getTime() - endedAt.getTime());
  if (own.length < events.length || appliedAt === undefined)
    return { name, state: 'pending', sessions, appliedAt: null, ms: null, waitingMs: since(now) };
  const ms = since(appliedAt);
  return { name, state: 'signed_out', sessions, appliedAt: appliedAt.toISOString(), ms, waitingMs: null };
}

function earliest(dates: readonly Date[]): Date | undefined {
  return [...dates].sort((a, b) => a.getTime() - b.getTime())[0];
}

function latest(dates: readonly Date[]): Date | undefined {
  return [...dates].sort((a, b) => b.getTime() - a.getTime())[0];
}
