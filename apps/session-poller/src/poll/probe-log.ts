import { Logger } from '@nestjs/common';
import { alarmOf, type Clock, type Verdict } from '#session';
import { SaidLately } from './said-lately.js';

/** Tells operators what probes of one IdP find out, or can't: one line for each IdP and reason in five minutes. */
export class ProbeLog {
  private readonly logger = new Logger('poll');
  private readonly said: SaidLately;

  constructor(
    private readonly idp: string,
    clock: Clock,
  ) {
    this.said = new SaidLately(clock);
  }

  /** @param inARow probes of the session that could not find out, with this one */
  unknown(verdict: Verdict, inARow: number): void {
    if (verdict.kind !== 'unknown') return;
    const alarm = alarmOf(verdict, inARow);
    const { reason } = verdict;
    if (alarm?.level === 'security' && this.said.isNew(`security ${reason}`))
      this.logger.error(`security.probe idp=${this.idp} reason=${reason}: an answer about somebody else's session`);
    else if (alarm?.level === 'fault' && this.said.isNew(`fault ${reason}`))
      this.logger.error(`probe.alarm idp=${this.idp} reason=${reason}: nobody is signed out, a person should look`);
    else if (alarm === undefined && this.said.isNew(reason))
      this.logger.warn(`probe.unknown idp=${this.idp} reason=${reason}`);
  }

  ended(sid: string, probes: number): void {
    this.logger.log(`session.ended sid=${sid} reason=poll_session_ended probes=${probes}`);
  }

  held(): void {
    if (this.said.isNew('held'))
      this.logger.error(
        `brake.held idp=${this.idp}: too many endings at once, none is written until it is released; see docs/brake.md`,
      );
  }

  doubted(method: string): void {
    if (this.said.isNew(`doubted ${method}`))
      this.logger.error(
        `calibration.doubted idp=${this.idp} method=${method}: "inactive" counts again when it has said "active"; see docs/brake.md`,
      );
  }
}
