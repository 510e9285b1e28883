import { type Calibration, IssuerHealth } from '#session';
import type { HubDatabase } from './hub-database.js';

/** {@link IssuerHealth} in the hub's Postgres. */
export class PrismaIssuerHealth extends IssuerHealth {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async calibrationOf(iss: string, method: string): Promise<Calibration> {
    const row = await this.database.issuerHealth.findUnique({ where: { iss_method: { iss, method } } });
    return { since: row?.calibratedAt ?? undefined, lastActiveAt: row?.lastActiveAt ?? undefined };
  }

  async noteActive(iss: string, method: string, at: Date): Promise<void> {
    const key = { iss, method };
    await this.database.issuerHealth.upsert({
      where: { iss_method: key },
      create: { ...key, calibratedAt: at, lastActiveAt: at },
      update: { lastActiveAt: at },
    });
    await this.database.issuerHealth.updateMany({
      where: { ...key, calibratedAt: null },
      data: { calibratedAt: at, doubtedAt: null },
    });
  }

  async doubt(iss: string, method: string, at: Date): Promise<void> {
    await this.database.issuerHealth.updateMany({
      where: { iss, method, OR: [{ lastActiveAt: null }, { lastActiveAt: { lt: at } }] },
      data: { calibratedAt: null, doubtedAt: at },
    });
  }
}
