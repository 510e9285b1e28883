import { Canaries, type Canary, type Lane, type Sub } from '#session';
import type { HubDatabase } from './hub-database.js';
import { toSub } from './rows.js';

/**
 * {@link Canaries} in the hub's Postgres. Ids are ordered by time, so the newest are at the end of the primary key; those of
 * one person are few, and found by the index of persons.
 */
export class PrismaCanaries extends Canaries {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async newest(of: Lane & { readonly sub: Sub }, now: Date, limit: number, sub?: string): Promise<readonly Canary[]> {
    const { iss, clientId } = of;
    const rows = await this.database.ssoSession.findMany({
      where: {
        iss,
        clientId,
        endedAt: null,
        expiresAt: { gt: now },
        sub: { not: of.sub, ...(sub && { equals: sub }) },
      },
      orderBy: sub === undefined ? { id: 'desc' } : { openedAt: 'desc' },
      take: limit,
      select: { sub: true, idpSid: true },
    });
    return rows.map((row) => ({ sub: toSub(row.sub), idpSid: row.idpSid ?? undefined }));
  }
}
