import type {
  Brakes,
  Canaries,
  ClaimedSession,
  Clock,
  IssuerHealth,
  Lane,
  ProbeQueue,
  Sid,
  UnknownReason,
  Verdict,
} from '#session';
import type { Probe } from '../probe/probe.js';

/** What a trial reads and writes. */
export interface TrialStores {
  readonly brakes: Brakes;
  readonly canaries: Canaries;
  readonly queue: ProbeQueue;
  readonly health: IssuerHealth;
}

/** How a trial asks. Times in milliseconds. */
export interface TrialOptions {
  readonly lane: Lane;
  readonly canarySub: string | undefined;
  readonly intervalMs: number;
  readonly leaseMs: number;
  /** what is wrong with the IdP as a whole; undefined: nothing */
  readonly whatIsWrong: () => Promise<string | undefined>;
}

const SAMPLE = 20;
const CANARIES = 5;
/** What can't be told of one session, for ever maybe, and says nothing of the IdP: it must not hold all the others. */
const OF_ONE: readonly UnknownReason[] = ['token_expired', 'no_token', 'no_sid', 'mismatch', 'grant_gone', 'internal'];
const SIGNED_IN_MS = 10 * 60_000;
const OPENED_MS = 5 * 60_000;

/**
 * Finds out whether a brake may be released without a person: the IdP is who it was, a session that must be there is there,
 * and held ones that are asked about again have still ended.
 *
 * @see protocol §3.4
 */
export class ReleaseTrial {
  constructor(
    private readonly probe: Probe,
    private readonly stores: TrialStores,
    private readonly clock: Clock,
    private readonly options: TrialOptions,
  ) {}

  /** Gives what speaks against a release; undefined when nothing does. Held sessions that prove to be active are let go. */
  async whatSpeaksAgainst(signal: AbortSignal): Promise<string | undefined> {
    const { lane } = this.options;
    if (await this.stores.brakes.holdsOthers(lane)) return 'other_client_held';
    if ((await this.options.whatIsWrong()) !== undefined) return 'idp_changed_or_away';
    const canaries = await this.canaries();
    if (canaries.length === 0) return 'no_canary';
    if (!(await this.isOneActive(canaries, signal))) return 'canary_not_active';
    const sample = await this.stores.brakes.sampleOf(lane, SAMPLE);
    const verdicts = await this.askAll(sample, signal);
    if (sample.length > 0 && verdicts.length === 0) return 'sample_busy';
    return agree(verdicts) ? undefined : 'sample_disagrees';
  }

  /** Any one: who has just signed in may have left again, and does so again and again if that stops us. */
  private async isOneActive(canaries: readonly Sid[], signal: AbortSignal): Promise<boolean> {
    for (const canary of canaries) {
      const [seen] = await this.askAll([canary], signal);
      if (seen?.kind === 'active') return true;
    }
    return false;
  }

  /**
   * The newest session of the synthetic person who signed in within 10 minutes, else of up to five people by chance who
   * signed in within 5: whoever does so again and again must not be the only one who is looked at.
   */
  private async canaries(): Promise<readonly Sid[]> {
    const { lane, canarySub: sub } = this.options;
    const { canaries } = this.stores;
    const now = this.clock.now();
    const ago = (ms: number) => new Date(now.getTime() - ms);
    const hasTokens = this.probe.method !== 'admin-api';
    const hers =
      sub === undefined
        ? []
        : await canaries.newest(lane, { sub, signedInSince: ago(SIGNED_IN_MS), hasTokens }, now, 1);
    const wanted = { signedInSince: ago(OPENED_MS), hasTokens, oneOfEach: true };
    const found = hers.length > 0 ? hers : await canaries.newest(lane, wanted, now, CANARIES);
    return found.map(({ sid }) => sid);
  }

  private async askAll(sids: readonly Sid[], signal: AbortSignal): Promise<readonly Verdict[]> {
    const { lane, leaseMs } = this.options;
    const leaseEndsAt = new Date(this.clock.now().getTime() + leaseMs);
    const claimed = await this.stores.queue.claimThese(lane, sids, leaseEndsAt);
    const verdicts: Verdict[] = [];
    for (const session of claimed) verdicts.push(await this.ask(session, signal)); // one at a time: the IdP may be in trouble
    return verdicts;
  }

  /** What is not active is left as it was: what is held is not due, and a canary is asked about soon by whoever polls. */
  private async ask(session: ClaimedSession, signal: AbortSignal): Promise<Verdict> {
    const { lane } = this.options;
    const { health, queue } = this.stores;
    const calibrated = (await health.calibrationOf(lane, this.probe.method)).since !== undefined;
    const verdict = await this.probe.ask(session, calibrated, signal);
    if (verdict.kind !== 'active' || signal.aborted) {
      await queue.giveBack([session], this.clock.now());
      return verdict;
    }
    const now = this.clock.now();
    await health.noteActive(lane, this.probe.method, now);
    const dueAt = new Date(now.getTime() + this.options.intervalMs);
    await queue.record(session, { dueAt, checkedAt: now, weakEndedAt: undefined, unknown: undefined });
    return verdict;
  }
}

/** All that can tell say "ended", and those are more than the others. */
function agree(verdicts: readonly Verdict[]): boolean {
  const ended = verdicts.filter(({ kind }) => kind === 'ended').length;
  const silent = verdicts.filter((verdict) => verdict.kind === 'unknown' && OF_ONE.includes(verdict.reason)).length;
  return ended + silent === verdicts.length && ended >= silent;
}
