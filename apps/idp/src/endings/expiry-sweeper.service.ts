import { Injectable, Logger } from '@nestjs/common';
import { Clock, reasonOf } from '#session';
import type { PrismaClient } from '../generated/client.js';
import { Repeated } from '../repeated.js';
import { expiryCause, type SessionLimits } from '../sessions/session-lifetime.js';
import { inParallel } from './in-parallel.js';
import { SessionEndings } from './session-endings.service.js';
import { type ExpiredSession, expiredSessions } from './sql/expired-sessions.js';

const PERIOD_MS = 1_000;
const BATCH = 100;
const AT_ONCE = 4;

/** Ends sessions whose time has come. Replicas share the work, and each session ends once. */
@Injectable()
export class ExpirySweeper extends Repeated {
  private readonly logger = new Logger('expired_sessions');

  constructor(
    private readonly prisma: PrismaClient,
    private readonly endings: SessionEndings,
    private readonly clock: Clock,
    private readonly limits: SessionLimits,
  ) {
    super(PERIOD_MS);
  }

  /** Ends one batch; gives how many sessions it was that ended here. Others may be another replica's by now. */
  async sweepBatch(): Promise<number> {
    const found = await this.prisma.$queryRaw<ExpiredSession[]>(expiredSessions(this.clock.now(), BATCH));
    const ended = await inParallel(found, AT_ONCE, (session) => this.end(session));
    return ended.filter((one) => one).length;
  }

  private async end(session: ExpiredSession): Promise<boolean> {
    try {
      return (await this.endings.endExpired(session.uid, expiryCause(this.limits, session))) !== undefined;
    } catch (error) {
      this.logger.warn(`expired_sessions.failed session=${session.uid} reason=${reasonOf(error)}`);
      return false;
    }
  }

  protected async round(): Promise<boolean> {
    return (await this.sweepBatch()) > 0;
  }

  protected tellFault(error: unknown): void {
    this.logger.warn(`expired_sessions.failed reason=${reasonOf(error)}`);
  }
}
