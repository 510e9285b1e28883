import { Logger } from '@nestjs/common';
import {
  type ClaimedSession,
  type Clock,
  decide,
  type ProbeDecision,
  type ProbeQueue,
  type SsoSessions,
} from '#session';
import type { Probe } from '../probe/probe.js';

/** Asks about one claimed session, thinks, and writes down what follows. */
export class PollOnce {
  private readonly logger = new Logger('poll');

  constructor(
    private readonly probe: Probe,
    private readonly queue: ProbeQueue,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
    private readonly options: { readonly intervalMs: number; readonly random: () => number },
  ) {}

  async run(session: ClaimedSession, signal: AbortSignal): Promise<void> {
    const { iss } = session;
    const calibrated = await this.queue.isCalibrated(iss, this.probe.method);
    const verdict = await this.probe.ask(session, calibrated, signal);
    if (signal.aborted) return; // we are stopping: the lease runs out and another poller asks again
    const now = this.clock.now();
    if (verdict.kind === 'active' && !calibrated) await this.queue.calibrate(iss, this.probe.method, now);
    await this.apply(session, decide(verdict, session, now, this.options.intervalMs, this.options.random()), now);
  }

  private async apply(session: ClaimedSession, decision: ProbeDecision, now: Date): Promise<void> {
    switch (decision.kind) {
      case 'end':
        return this.end(session, decision);
      case 'keep':
        await this.queue.record(session, {
          dueAt: decision.dueAt,
          checkedAt: now,
          weakEndedAt: undefined,
          unknown: undefined,
        });
        return;
      case 'confirm':
        await this.queue.record(session, {
          dueAt: decision.dueAt,
          checkedAt: undefined,
          weakEndedAt: decision.weakEndedAt,
          unknown: undefined,
        });
        return;
      case 'retry': {
        const { dueAt, reason, unknownCount: count } = decision;
        if (count === 1) this.logger.warn(`probe.unknown sid=${session.sid} reason=${reason}`);
        await this.queue.record(session, {
          dueAt,
          checkedAt: undefined,
          weakEndedAt: undefined,
          unknown: { count, reason },
        });
        return;
      }
    }
  }

  /** Void when the lease was lost or the tokens have changed meanwhile: then the question was about a session of before. */
  private async end(session: ClaimedSession, decision: Extract<ProbeDecision, { kind: 'end' }>): Promise<void> {
    const { sid, leaseId, tokenGeneration } = session;
    const { ended } = await this.sessions.end({
      of: { kind: 'sid', sid, onlyIf: { leaseId, tokenGeneration } },
      cause: 'poll_session_ended',
      causeId: sid,
      effectiveAt: decision.effectiveAt,
      evidence: { method: this.probe.method, strength: decision.strength, probes: decision.probes },
      initiatingEntity: 'system',
    });
    if (ended.length > 0)
      this.logger.log(`session.ended sid=${sid} reason=poll_session_ended probes=${decision.probes}`);
  }
}
