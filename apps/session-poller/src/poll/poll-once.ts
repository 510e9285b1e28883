import {
  type ClaimedSession,
  type Clock,
  decide,
  type EndResult,
  type IssuerHealth,
  isUnknownTooLong,
  type Lane,
  mayConfirmAtOnce,
  NO_STEP,
  type ProbeDecision,
  type ProbeQueue,
  type ProbeRecord,
  type SsoSessions,
  type Verdict,
  weakEndedSince,
} from '#session';
import type { ProbeTally } from '../brake/probe-tally.js';
import type { ProbeObserver } from '../metrics/probe-observer.js';
import type { Probe } from '../probe/probe.js';
import { Calibrations } from './calibrations.js';
import type { ProbeLog } from './probe-log.js';

/** What a poll reads and writes. */
export interface PollStores {
  readonly queue: ProbeQueue;
  readonly health: IssuerHealth;
  readonly sessions: SsoSessions;
  readonly tally: ProbeTally;
  readonly log: ProbeLog;
  readonly observer: ProbeObserver;
}

/** A clock that says when it was last seen to jump; one that does not say has never jumped. */
export type SteadyClock = Clock & { readonly steadySince?: Date };

/** The ways to ask: `confirm` is another one, that may confirm what `main` calls ended. */
export interface Probes {
  readonly main: Probe;
  readonly confirm: Probe | undefined;
}

export interface PollOptions {
  readonly lane: Lane;
  /** what the configuration says */
  readonly intervalMs: number;
  /** what follows from it for one session */
  readonly intervalMsOf: (session: ClaimedSession, now: Date) => number;
  /** "inactive" counts only once the method has said "active" (ADR 11) */
  readonly needsCalibration: boolean;
  /** a session that nobody could tell about for longer may be used only after a silent sign-in; undefined: no limit */
  readonly maxUnknownMs: number | undefined;
  /** what the brake holds may be used only after a silent sign-in */
  readonly reauthenticateHeld: boolean;
  readonly random: () => number;
}

type Asked = Pick<Probe, 'method'> & { readonly probe: Probe; readonly calibrations: Calibrations };

/** Asks about one claimed session, thinks, and writes down what follows. */
export class PollOnce {
  private readonly main: Asked;
  private readonly confirm: Asked | undefined;
  private lastEnding: Promise<unknown> = Promise.resolve();

  constructor(
    probes: Probes,
    private readonly stores: PollStores,
    private readonly clock: SteadyClock,
    private readonly options: PollOptions,
  ) {
    const asked = (probe: Probe): Asked => {
      const of = { lane: options.lane, method: probe.method, intervalMs: options.intervalMs };
      return { probe, method: probe.method, calibrations: new Calibrations(stores.health, clock, of) };
    };
    this.main = asked(probes.main);
    this.confirm = probes.confirm && asked(probes.confirm);
  }

  /**
   * Asks once, and gives what was found; undefined when there was no time to. An ending is written only while the lease and
   * the tokens are still those of the question (POL-06), and while neither brake nor calibration speak against it.
   *
   * @param answered is called when the IdP has answered, before anything is written
   */
  async run(session: ClaimedSession, signal: AbortSignal, answered: () => void): Promise<Verdict | undefined> {
    const first = await this.ask(this.main, session, signal);
    const second = signal.aborted ? undefined : await this.secondOpinion(first, session, signal);
    answered();
    if (signal.aborted) return undefined; // we are stopping: the lease runs out and another poller asks again
    const verdict = second?.kind === 'active' ? second : first;
    const { tokenGeneration = first.tokenGeneration ?? session.tokenGeneration } = second ?? {};
    const asked = { ...session, tokenGeneration }; // asking may itself have renewed the tokens
    const now = this.clock.now();
    await this.apply(asked, verdict, this.decide(first, asked, now, second), now);
    return first;
  }

  private async ask({ probe, calibrations }: Asked, session: ClaimedSession, signal: AbortSignal): Promise<Verdict> {
    const calibrated = await calibrations.isCalibrated();
    const askedAt = this.clock.now();
    const verdict = await probe.ask(session, calibrated, signal);
    if (signal.aborted) return verdict;
    this.stores.observer.probed(session.iss, probe.method, verdict, this.clock.now().getTime() - askedAt.getTime());
    if (verdict.kind === 'active') await calibrations.sawActive(this.clock.now());
    if (verdict.kind !== 'ended') this.stores.tally.count(session.iss, probe.method, verdict.kind); // an ending counts once confirmed
    return verdict;
  }

  private async secondOpinion(first: Verdict, session: ClaimedSession, signal: AbortSignal) {
    if (this.confirm === undefined || first.kind !== 'ended' || first.strength === 'strong') return undefined;
    if (!mayConfirmAtOnce(session, this.clock.now())) return undefined;
    return this.ask(this.confirm, session, signal);
  }

  private decide(verdict: Verdict, session: ClaimedSession, now: Date, second?: Verdict): ProbeDecision {
    const { intervalMsOf, random } = this.options;
    const weakEndedAt = weakEndedSince(session.weakEndedAt, this.clock.steadySince ?? NO_STEP, now);
    return decide(verdict, { ...session, weakEndedAt }, now, intervalMsOf(session, now), random(), second);
  }

  private async apply(session: ClaimedSession, verdict: Verdict, decision: ProbeDecision, now: Date): Promise<void> {
    if (decision.kind === 'end') return this.end(session, decision, now);
    if (decision.kind === 'retry')
      this.stores.log.unknown(this.main.method, session.sid, verdict, decision.unknownCount);
    await this.record(session, verdict, decision, now);
  }

  private async record(session: ClaimedSession, verdict: Verdict, decision: Going, now: Date): Promise<void> {
    const record = recordOf(verdict, decision, now);
    const isTooLong = record.unknown !== undefined && isUnknownTooLong(session, now, this.options.maxUnknownMs);
    const reauth = record.reauth ?? (isTooLong ? 'unknown_too_long' : undefined);
    await this.stores.queue.record(session, { ...record, reauth });
  }

  /** Void when the lease was lost or the tokens have changed meanwhile: then the question was about a session of before. */
  private async end(session: ClaimedSession, decision: Ending, now: Date): Promise<void> {
    const { tally, log, observer } = this.stores;
    const { ended, withheld } = await this.inTurn(() => this.write(session, decision));
    if (ended.length > 0) {
      log.ended(session.sid, decision.probes);
      observer.ended(session.iss, 'poll_session_ended');
    }
    if (ended.length > 0 || withheld === 'held') tally.count(session.iss, this.main.method, 'ended');
    if (withheld === 'held') log.held();
    if (withheld === 'doubted') await this.doubt(session, now);
  }

  /** Endings of an IdP wait for one another at the brake anyway; here they do so without a connection to the database each. */
  private inTurn<T>(write: () => Promise<T>): Promise<T> {
    const written = this.lastEnding.then(write);
    this.lastEnding = written.catch(() => undefined);
    return written;
  }

  private write(session: ClaimedSession, { effectiveAt, strength, probes }: Ending): Promise<EndResult> {
    const { iss, clientId, sid, leaseId, tokenGeneration, openedAt, idpCheckedAt } = session;
    const { needsCalibration, intervalMs, reauthenticateHeld } = this.options;
    const { method, calibrations } = this.main;
    const { lastActiveAt } = calibrations;
    const calibration =
      needsCalibration && strength === 'weak'
        ? { lastActiveAt, openedAt, idpCheckedAt, weakEndedAt: effectiveAt }
        : undefined;
    const braked = { iss, clientId, method, intervalMs, reauthenticate: reauthenticateHeld, calibration };
    return this.stores.sessions.end({
      of: { kind: 'sid', sid, onlyIf: { leaseId, tokenGeneration }, braked },
      ...{ cause: 'poll_session_ended', causeId: sid, effectiveAt },
      evidence: { method, strength, probes },
      initiatingEntity: 'system',
    });
  }

  /** Nobody knows then whether the session has ended: it is asked about again, and believed once somebody is active. */
  private async doubt(session: ClaimedSession, now: Date): Promise<void> {
    await this.main.calibrations.doubt(now);
    this.stores.log.doubted(this.main.method);
    const verdict = { kind: 'unknown', reason: 'uncalibrated' } as const;
    const decision = this.decide(verdict, session, now);
    if (decision.kind !== 'end') await this.record(session, verdict, decision, now);
  }
}

type Ending = Extract<ProbeDecision, { kind: 'end' }>;
type Going = Exclude<ProbeDecision, { kind: 'end' }>;

/** What a probe leaves behind that did not end the session. Anything but a weak "ended" forgets an earlier one. */
function recordOf(verdict: Verdict, decision: Going, now: Date): ProbeRecord {
  return {
    dueAt: decision.dueAt,
    checkedAt: decision.kind === 'keep' ? now : undefined,
    tokenExpiresAt: verdict.kind === 'active' ? verdict.tokenExpiresAt : undefined,
    weakEndedAt: decision.kind === 'confirm' ? decision.weakEndedAt : undefined,
    unknown: decision.kind === 'retry' ? { count: decision.unknownCount, reason: decision.reason, at: now } : undefined,
    reauth: decision.kind === 'retry' ? decision.reauth : undefined,
  };
}
