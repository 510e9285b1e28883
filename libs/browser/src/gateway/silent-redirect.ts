import { isFramed, keep, kept } from '../kept.js';
import { type Outcome, type SilentReport, toOutcome } from '../outcome.js';

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
  const mark = `session-sync ${base}`;
  if (isFramed() || (outcome !== 'login_required' && outcome !== 'timeout') || kept(mark)) return;
  if (keep(mark, 1)) leaveFor(`${base}/bff/login`, { prompt: 'none', returnUrl: here() }); // who can't remember does not leave
}

/** Takes what a silent sign-in by redirect has left in the address out of it. */
export function takeReturn(): SilentReport | undefined {
  const url = new URL(location.href);
  const { searchParams } = url;
  const said = searchParams.get('silent');
  const reference = searchParams.get('cid');
  if (said === null || reference === null) return undefined;
  searchParams.delete('silent');
  searchParams.delete('cid');
  history.replaceState(history.state, '', url);
  return { outcome: toOutcome(said), via: 'redirect', reference };
}
