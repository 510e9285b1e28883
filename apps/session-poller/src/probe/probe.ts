import type { ClaimedSession, ProbeMethod, Verdict } from '#session';

/** One way to ask an IdP about a session. */
export abstract class Probe {
  abstract readonly method: ProbeMethod;

  /**
   * Asks the IdP once whether the session is still there. Never throws for what the IdP or the network does: that is a
   * verdict `unknown`.
   *
   * @param calibrated whether this method's "ended" counts at this IdP
   * @param signal aborts the request; the verdict is then `unknown`
   */
  abstract ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict>;
}
