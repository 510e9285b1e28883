import { Logger } from '@nestjs/common';
import {
  type ClaimedSession,
  type Clock,
  decide,
  type IssuerHealth,
  type ProbeDecision,
  type ProbeQueue,
  type ProbeRecord,
  type SsoSessions,
  type Verdict,
} from '#session';
import type { Probe } from '../probe/probe.js';

/** What a poll reads and writes. */
export interface PollStores {
  readonly queue: ProbeQueue;
  readonly health: IssuerHealth;
  readonly sessions: SsoSessions;
}

/** Asks about one claimed session, thinks, and writes down what follows. */
export class PollOnce {
  private readonly logger = new Logger('poll');

  constructor(
    private readonly probe: Probe,
    private readonly stores: PollStores,
    private readonly clock: Clock,
    private readonly options: {
      readonly intervalMsOf: (session: ClaimedSession, now: Date) => number;
      readonly random: () => number;
    },
  ) {}

  /**
   * Asks once. The first `active` that a way of asking ever says at an issuer calibrates it: from then on its "ended"
   * counts (ADR 11). An ending is written only while the lease and the tokens are still those of the question.
   */
  async run(session: ClaimedSession, signal: AbortSignal): Promise<void> {
    const { iss } = session;
    const { health } = this.stores;
    const calibrated = (await health.calibrationOf(iss, this.probe.method)).since !== undefined;
    const verdict = await this.probe.ask(session, calibrated, signal);
    if (signal.aborted) return; // we are stopping: the lease runs out and another poller asks again
    const now = this.clock.now();
    if (verdict.kind === 'active' && !calibrated) await health.noteActive(iss, this.probe.method, now);
    await this.apply(
      session,
      verdict,
      decide(verdict, session, now, this.options.intervalMsOf(session, now), this.options.random()),
      now,
    );
  }

  private async apply(session: ClaimedSession, verdict: Verdict, decision: ProbeDecision, now: Date): Promise<void> {
    if (decision.kind === 'end') return this.end(session, decision);
    if (decision.kind === 'retry' && decision.unknownCount === 1) {
      this.logger.warn(`probe.unknown sid=${session.sid} reason=${decision.reason}`);
    }
    await this.stores.queue.record(session, recordOf(verdict, decision, now));
  }

  /** Void when the lease was lost or the tokens have changed meanwhile: then the question was about a session of before. */
  private async end(session: ClaimedSession, decision: Extract<ProbeDecision, { kind: 'end' }>): Promise<void> {
    const { sid, leaseId, tokenGeneration } = session;
    const { ended } = await this.stores.sessions.end({
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

/** What a probe leaves behind that did not end the session. Anything but a weak "ended" forgets an earlier one. */
function recordOf(verdict: Verdict, decision: Exclude<ProbeDecision, { kind: 'end' }>, now: Date): ProbeRecord {
  return {
    dueAt: decision.dueAt,
    checkedAt: decision.kind === 'keep' ? now : undefined,
    tokenExpiresAt: verdict.kind === 'active' ? verdict.tokenExpiresAt : undefined,
    weakEndedAt: decision.kind === 'confirm' ? decision.weakEndedAt : undefined,
    unknown: decision.kind === 'retry' ? { count: decision.unknownCount, reason: decision.reason, at: now } : undefined,
  };
}
