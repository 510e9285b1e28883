import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { LogoutDelivery, PrismaClient } from '../generated/client.js';
import { Bell } from './bell.js';

/** Another replica may make the attempt; it rings no bell here. */
const LOOK_AGAIN_MS = 200;

/** What came of telling one client that its session has ended. */
export interface Told {
  readonly clientId: string;
  readonly told: boolean;
  /** why not, or not yet; holds no token */
  readonly detail?: string;
}

/** The logout tokens that are to be sent: a table, and the bell that says something has come or gone. */
@Injectable()
export class LogoutQueue {
  /** rings when there is something to send */
  readonly work = new Bell();
  /** rings when an attempt has been written down */
  readonly attempts = new Bell();
  private readonly stopped = new AbortController();

  constructor(
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
  ) {}

  /** Says that deliveries were written. To be called after the commit. */
  wake(): void {
    this.work.ring();
  }

  /** Says that nobody sends here any more, so that nobody waits for it. */
  stop(): void {
    this.stopped.abort();
  }

  /**
   * Waits for the first attempt of every delivery of these endings, but never longer than `withinMs`, and gives what came of
   * them. What has not been delivered by then is tried further.
   */
  async deliverNow(endingIds: readonly string[], withinMs: number): Promise<readonly Told[]> {
    if (endingIds.length === 0) return [];
    const until = this.clock.now().getTime() + withinMs;
    for (;;) {
      const heard = this.attempts.rings;
      const rows = await this.prisma.logoutDelivery.findMany({
        where: { endingId: { in: [...endingIds] } },
        orderBy: { id: 'asc' },
      });
      const leftMs = until - this.clock.now().getTime();
      if (leftMs <= 0 || this.stopped.signal.aborted || rows.every(isTried)) return rows.map(toldOf);
      await this.attempts.rest(heard, Math.min(leftMs, LOOK_AGAIN_MS), this.stopped.signal);
    }
  }
}

function isTried({ deliveredAt, gaveUpAt, lastError }: LogoutDelivery): boolean {
  return deliveredAt !== null || gaveUpAt !== null || lastError !== null;
}

function toldOf({ clientId, deliveredAt, lastError }: LogoutDelivery): Told {
  if (deliveredAt !== null) return { clientId, told: true };
  return { clientId, told: false, detail: lastError ?? 'not tried yet' };
}
