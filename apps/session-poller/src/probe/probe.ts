import type { ClaimedSession, Verdict } from '#session';

/** One way to ask an IdP about a session. */
export abstract class Probe {
  abstract readonly method: string;

  /**
   * Asks the IdP once whether the session is still there. Never throws for what the IdP or the network does: that is a
   * verdict `unknown`.
   *
   * @param calibrated whether this method has ever said `active` at this IdP
   * @param signal aborts the request; the verdict is then `unknown`
   */
  abstract ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict>;
}
