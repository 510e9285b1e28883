import { Logger } from '@nestjs/common';
import { alarmOf, type Clock, type ProbeMethod, type Sid, type Verdict } from '#session';
import { SaidLately } from './said-lately.js';

/** Tells operators what probes of one IdP find out, or can't: one line for each IdP and reason in five minutes. */
export class ProbeLog {
  private readonly logger = new Logger('poll');
  private readonly said: SaidLately;
  /** what the IdP's words or single sessions are part of: these can't keep the others from being said */
  private readonly saidOf: SaidLately;

  constructor(
    private readonly idp: string,
    clock: Clock,
  ) {
    this.said = new SaidLately(clock);
    this.saidOf = new SaidLately(clock);
  }

  /** @param inARow probes of the session that could not find out, with this one */
  unknown(method: ProbeMethod, sid: Sid, verdict: Verdict, inARow: number): void {
    if (verdict.kind !== 'unknown') return;
    const alarm = alarmOf(verdict, inARow);
    const { reason, detail = '-' } = verdict;
    const what = `idp=${this.idp} method=${method} reason=${reason} detail=${detail}`;
    if (alarm?.level === 'security') {
      if (this.saidOf.isNew(`security ${reason} ${sid}`))
        this.logger.error(`security.probe ${what} sid=${sid}: an answer about somebody else's session`);
    } else if (alarm?.level === 'fault') {
      const isNewCause = this.saidOf.isNew(`fault ${what}`);
      if (this.said.isNew(`fault ${reason}`) || isNewCause)
        this.logger.error(`probe.alarm ${what}: nobody is signed out, a person should look`);
    } else if (this.said.isNew(reason)) this.logger.warn(`probe.unknown ${what}`);
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
