import { type Outcome, type SilentReport, toOutcome } from '../outcome.js';

/** Where the page is, as a path of its origin. */
export const here = (): string => location.pathname + location.search + location.hash;

/**
 * Leaves the page for a silent sign-in at top level: once in a tab's life, never out of a frame, and only after an answer that a
 * frame may have got because the browser did not show the identity provider its cookie. Says whether it leaves.
 */
export function leaveOnce(base: string, outcome: Outcome): boolean {
  if (top !== self || (outcome !== 'login_required' && outcome !== 'timeout')) return false;
  const mark = `session-sync ${base}`;
  try {
    if (sessionStorage.getItem(mark) !== null) return false;
    sessionStorage.setItem(mark, '1'); // first: who can't remember does not leave
  } catch {
    return false;
  }
  location.assign(`${base}/bff/login?${new URLSearchParams({ prompt: 'none', returnUrl: here() }).toString()}`);
  return true;
}

/** Takes what a silent sign-in by redirect has left in the address out of it. */
export function takeReturn(): SilentReport | undefined {
  const { searchParams, pathname, hash } = new URL(location.href);
  const [said, reference] = [searchParams.get('silent'), searchParams.get('cid')];
  if (said === null || reference === null) return undefined;
  searchParams.delete('silent');
  searchParams.delete('cid');
  const query = searchParams.toString();
  history.replaceState(history.state, '', pathname + (query && `?${query}`) + hash);
  return { outcome: toOutcome(said), via: 'redirect', reference };
}
