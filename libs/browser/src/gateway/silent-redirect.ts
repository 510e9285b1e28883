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
  if (top !== self || (outcome !== 'login_required' && outcome !== 'timeout')) return;
  try {
    if (hasLeft(base)) return;
    sessionStorage[base] = 'session-sync'; // first: who can't remember does not leave
  } catch {
    return;
  }
  leaveFor(`${base}/bff/login`, { prompt: 'none', returnUrl: here() });
}

/** Whether this tab has left for a silent sign-in before. @throws where there is no storage */
const hasLeft = (base: string) => sessionStorage[base] !== undefined;

/** Whether an address that says so can be believed: anybody can write one, and link to it. */
export function cameBack(base: string): boolean {
  try {
    return hasLeft(base);
  } catch {
    return false;
  }
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
