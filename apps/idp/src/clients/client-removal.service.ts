import { Injectable } from '@nestjs/common';
import { Audit, type By } from '../audit/audit.service.js';
import type { EndedSession } from '../endings/ending.js';
import { SessionEndings } from '../endings/session-endings.service.js';
import { Prisma, type PrismaClient } from '../generated/client.js';
import { LogoutQueue, type Told } from '../logout/logout-queue.service.js';

/** How long the registration waits for the client to be told of its last endings: afterwards it can't be told any more. */
const TOLD_WITHIN_MS = 5_000;

/** Takes registered clients away, with all that they hold. */
@Injectable()
export class ClientRemoval {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly endings: SessionEndings,
    private readonly queue: LogoutQueue,
    private readonly audit: Audit,
  ) {}

  /**
   * Ends the client in every session, tells it while it can still be told, and then forgets its registration, what it was
   * let, and every token and grant.
   */
  async remove(clientId: string, by: By): Promise<readonly Told[]> {
    const ended: EndedSession[] = [];
    for (const sub of await this.peopleOf(clientId)) {
      ended.push(...(await this.endings.endClient(sub, clientId, { cause: 'operator', actor: by.actor })));
    }
    const told = await this.queue.deliverNow(
      ended.map(({ endingId }) => endingId),
      TOLD_WITHIN_MS,
    );
    await this.prisma.$transaction(async (tx) => {
      await tx.client.deleteMany({ where: { id: clientId } });
      await tx.consent.deleteMany({ where: { clientId } });
      // Also what came in while it was told, and what belongs to nobody.
      await tx.artifact.deleteMany({
        where: { model: { not: 'Session' }, payload: { path: ['clientId'], equals: clientId } },
      });
      await this.audit.record({ action: 'client.removed', ...by, clientId, detail: { ended: ended.length } }, tx);
    });
    return told;
  }

  /** Whose sessions and grants the client has a part in. */
  private async peopleOf(clientId: string): Promise<readonly string[]> {
    const rows = await this.prisma.$queryRaw<{ readonly sub: string }[]>(Prisma.sql`
      SELECT DISTINCT "accountId" AS sub FROM "Artifact" WHERE "accountId" IS NOT NULL AND (
        ("model" = 'Session' AND "payload" #>> ARRAY['authorizations', ${clientId}] IS NOT NULL)
        OR ("model" = 'Grant' AND "payload" ->> 'clientId' = ${clientId}))`);
    return rows.map(({ sub }) => sub);
  }
}
