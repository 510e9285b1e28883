/** The brake looks at so many milliseconds. */
export const BRAKE_WINDOW_MS = 5 * 60_000;

/** What the brake looks at when one more ending is about to be written. Endings that were held back are not among them. */
export interface BrakeWindow {
  /** endings that polls wrote within the window, with the one that is about to be */
  readonly ended: number;
  /** probes within the window that said active, as far as the pollers have told: too few make the brake stricter */
  readonly active: number;
  /** how often one session is asked about: within a window it may be counted more than once */
  readonly intervalMs: number;
  /** answers of the 24 hours before the window */
  readonly before: { readonly active: number; readonly ended: number };
}

/**
 * Why an ending is held back. `many`: more than 20, and more than 5 % of the sessions that were asked about; `unusual`: more
 * than ten times the usual share; `none_active`: nobody at all is signed in any more, it seems.
 */
export type BrakeReason = 'many' | 'unusual' | 'none_active';

/** So many endings of one window are never a mass, whatever the rest looks like. */
const FEW = 10;
const MANY = 20;
const MANY_SHARE = 0.05;
const UNUSUAL = 10;
/** What the usual share is taken for where it is unknown, or less; and at most, or no share would ever be unusual. */
const LEAST_USUAL = 0.01;
const MOST_USUAL = 0.05;

/**
 * Says whether one more ending makes a mass of what may be a fault of the IdP, and why. The more have ended, the surer it holds.
 *
 * @see protocol §3.4, POL-09
 */
export function brakeReason({ ended, active, intervalMs, before }: BrakeWindow): BrakeReason | undefined {
  const sessions = (active + ended) * Math.min(1, intervalMs / BRAKE_WINDOW_MS);
  if (ended > Math.max(MANY, MANY_SHARE * sessions)) return 'many';
  if (ended <= FEW) return undefined;
  if (active === 0) return 'none_active';
  const share = ended / (active + ended);
  return share > UNUSUAL * usualShare(before) ? 'unusual' : undefined;
}

function usualShare({ active, ended }: BrakeWindow['before']): number {
  const share = active + ended === 0 ? 0 : ended / (active + ended);
  return Math.min(MOST_USUAL, Math.max(LEAST_USUAL, share));
}
