import { Logger } from '@nestjs/common';
import type { ClaimedSession, Clock, ProbeMethod, UnknownReason, UnknownVerdict, Verdict } from '#session';
import { Probe } from './probe.js';

/** What concerns the IdP as a whole, so that one line is enough for all of its sessions. */
const OF_THE_IDP: readonly UnknownReason[] = ['config', 'endpoint', 'redirect', 'malformed'];
const QUIET_MS = 5 * 60_000;

/** Asks as another probe does, and tells a person what only a person can mend. */
export class AlarmingProbe extends Probe {
  readonly method: ProbeMethod;
  private readonly logger = new Logger('probe');
  private readonly toldAt = new Map<string, number>();

  constructor(
    private readonly probe: Probe,
    private readonly idpName: string,
    private readonly clock: Clock,
  ) {
    super();
    this.method = probe.method;
  }

  async ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict> {
    const verdict = await this.probe.ask(session, calibrated, signal);
    if (verdict.kind === 'unknown' && !signal.aborted) this.tell(verdict, session);
    return verdict;
  }

  private tell({ reason, detail = '-' }: UnknownVerdict, { sid }: ClaimedSession): void {
    const what = `idp=${this.idpName} method=${this.method} reason=${reason} detail=${detail}`;
    if (reason === 'mismatch') this.once(`${what} sid=${sid}`);
    if (OF_THE_IDP.includes(reason)) this.once(what);
  }

  private once(line: string): void {
    const now = this.clock.now().getTime();
    for (const [told, at] of this.toldAt) if (now - at >= QUIET_MS) this.toldAt.delete(told);
    if (this.toldAt.has(line)) return;
    this.toldAt.set(line, now);
    this.logger.error(`probe.alarm ${line}`);
  }
}
