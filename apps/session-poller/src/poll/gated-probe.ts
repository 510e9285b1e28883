import type { ClaimedSession, Clock, Verdict } from '#session';
import { Probe } from '../probe/probe.js';
import type { IdpGate } from './idp-gate.js';

/** A probe whose answers the gate hears first: it learns from them, and says what counts. */
export class GatedProbe extends Probe {
  readonly method: Probe['method'];

  constructor(
    private readonly probe: Probe,
    private readonly gate: IdpGate,
    private readonly clock: Clock,
  ) {
    super();
    this.method = probe.method;
  }

  async ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict> {
    const verdict = await this.probe.ask(session, calibrated, signal);
    return signal.aborted ? verdict : this.gate.hear(verdict, this.clock.now());
  }
}
