import type { Cause, ProbeMethod, Verdict } from '#session';

/** Whether an IdP is asked by one method: `open` is not at all, `half_open` is to see whether it answers again. */
export type BreakerState = 'closed' | 'half_open' | 'open';

/** Sees what the poller does. `iss` is the issuer; never throws. */
export abstract class ProbeObserver {
  abstract probed(iss: string, method: ProbeMethod, verdict: Verdict, durationMs: number): void;
  abstract breakerChanged(iss: string, method: ProbeMethod, state: BreakerState): void;
  /** This poller has ended one session, however it learned of it. */
  abstract ended(iss: string, cause: Cause): void;
  /** The IdP has told unusually many endings by itself within a minute. */
  abstract pushSurged(iss: string): void;
}
