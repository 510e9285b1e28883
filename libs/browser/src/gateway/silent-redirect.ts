import { isFramed, keep, kept } from '../kept.js';
import { type Outcome, type SilentReport, toOutcome } from '../outcome.js';

/** Who was away for longer has done something else in between. */
const LONGEST_TRIP_MS = 60_000;

const markOf = (base: string) => `session-sync ${base}`;

/** Leaves for an address of the gateway. What is `undefined` is not in its query. */
export function leaveFor(address: string, query: Readonly<Record<string, string | undefined>>): void {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  location.assign(url);
}

/** Where the page is, as a path of its origin. */
export const here = (): string => location.pathname + location.search + location.hash;

/**
 * Leaves the page for a silent sign-in at top level: once in a tab's life, never out of a frame, and only after an answer that a
 * frame may have got because the browser did not show the identity provider its cookie.
 */
export function leaveOnce(base: string, outcome: Outcome): void {
  const mark = markOf(base);
  if (isFramed() || (outcome !== 'login_required' && outcome !== 'timeout') || kept(mark)) return;
  if (keep(mark, Date.now())) leaveFor(`${base}/bff/login`, { prompt: 'none', returnUrl: here() }); // who can't remember does not leave
}

/** Gives how long the page was away that has just come back from its one trip, in milliseconds; each trip once. */
export function takeTrip(base: string): number | undefined {
  const leftAt = kept(markOf(base));
  if (typeof leftAt !== 'number') return undefined;
  keep(markOf(base), 'back');
  const tookMs = Date.now() - leftAt;
  return tookMs >= 0 && tookMs < LONGEST_TRIP_MS ? tookMs : undefined;
}

/** Takes what a silent sign-in by redirect has left in the address out of it. The reference is none of anybody's own words. */
export function takeReturn(): SilentReport | undefined {
  const url = new URL(location.href);
  const { searchParams } = url;
  const said = searchParams.get('silent');
  const reference = searchParams.get('cid') ?? '';
  if (said === null || !/^[\w-]{1,64}$/.test(reference)) return undefined;
  searchParams.delete('silent');
  searchParams.delete('cid');
  history.replaceState(history.state, '', url);
  return { outcome: toOutcome(said === 'signed_in' ? '' : said), via: 'redirect', reference };
}
