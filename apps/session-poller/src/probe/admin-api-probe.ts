import type { AdminApi } from '#idp-client';
import {
  type AdminFinding,
  type AdminTarget,
  type Canaries,
  type ClaimedSession,
  type Clock,
  type IssuerProfile,
  judgeAdminSession,
  judgeNotFound,
  type Verdict,
} from '#session';
import { Probe } from './probe.js';

const CANARIES = 3;

/**
 * Asks the IdP's own API of sessions. That it has no such session counts only if the same token can see another one: a
 * token that sees nothing, or a moved tenant, says "not found" of everybody.
 */
export class AdminApiProbe extends Probe {
  readonly method = 'admin-api';
  /** those that the API has shown lately, the latest first, of one person each */
  private seen: readonly AdminTarget[] = [];

  /** @param canarySub a synthetic person whose newest session is asked about before all others */
  constructor(
    private readonly api: AdminApi,
    private readonly profile: Pick<IssuerProfile, 'needsCalibration'>,
    private readonly canaries: Canaries,
    private readonly clock: Clock,
    private readonly canarySub: string | undefined,
  ) {
    super();
  }

  async ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict> {
    const trusted = calibrated || !this.profile.needsCalibration;
    const asked = await this.askAbout(session, trusted, signal);
    if (asked === undefined) return { kind: 'unknown', reason: 'no_sid' };
    const { finding, tokenNumber } = asked;
    if (finding.kind !== 'not_found') return finding;
    return judgeNotFound(await this.askCanary(session, tokenNumber, signal));
  }

  private async askAbout(target: AdminTarget, calibrated: boolean, signal: AbortSignal) {
    const outcome = await this.api.ask(target, signal);
    if (outcome === undefined) return undefined;
    const finding = judgeAdminSession(outcome, target, this.api.template, calibrated, this.clock.now());
    const others = this.seen.filter(({ sub }) => sub !== target.sub);
    if (finding.kind === 'active') {
      const { sub, idpSid } = target;
      this.seen = [{ sub, idpSid }, ...others].slice(0, CANARIES + 1);
    } else if (finding.kind !== 'unknown') this.seen = others;
    return { finding, tokenNumber: outcome.kind === 'asked' ? outcome.tokenNumber : undefined };
  }

  /** Asks about others until one is seen, and gives what was said of the last; undefined when there is none to ask about. */
  private async askCanary(
    of: ClaimedSession,
    tokenNumber: number | undefined,
    signal: AbortSignal,
  ): Promise<AdminFinding | undefined> {
    let last: AdminFinding | undefined;
    for await (const canary of this.canariesFor(of)) {
      const asked = await this.askAbout(canary, false, signal);
      if (asked === undefined || asked.tokenNumber !== tokenNumber) continue;
      last = asked.finding;
      if (last.kind === 'active' || signal.aborted) return last;
    }
    return last;
  }

  /** The synthetic person, those seen lately, the newest. Never one of the same person: "not found" may be about the person. */
  private async *canariesFor(of: ClaimedSession): AsyncGenerator<AdminTarget> {
    const now = this.clock.now();
    const { canarySub } = this;
    if (canarySub !== undefined && canarySub !== of.sub)
      yield* await this.canaries.newest(of, { sub: canarySub }, now, 1);
    yield* this.seen.filter(({ sub }) => sub !== of.sub).slice(0, CANARIES);
    yield* await this.canaries.newest(of, { notOf: of.sub }, now, CANARIES);
  }
}
