import type { Idp } from '../idps/idp.js';

/** IdPs that are left alone for a moment: they can't be reached, or asked for it. */
export class IdpRests {
  private readonly until = new WeakMap<Idp, number>();

  begin(idp: Idp, now: Date, restMs: number): void {
    this.until.set(idp, now.getTime() + restMs);
  }

  has(idp: Idp, now: Date): boolean {
    return now.getTime() < (this.until.get(idp) ?? 0);
  }
}
