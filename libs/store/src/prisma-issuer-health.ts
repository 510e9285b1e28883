import { type Calibration, IssuerHealth, type Lane } from '#session';
import type { HubDatabase } from './hub-database.js';

/** {@link IssuerHealth} in the hub's Postgres. */
export class PrismaIssuerHealth extends IssuerHealth {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async calibrationOf({ iss, clientId }: Lane, method: string): Promise<Calibration> {
    const row = await this.database.issuerHealth.findUnique({
      where: { iss_clientId_method: { iss, clientId, method } },
    });
    return { since: row?.calibratedAt ?? undefined, lastActiveAt: row?.lastActiveAt ?? undefined };
  }

  async noteActive({ iss, clientId }: Lane, method: string, at: Date): Promise<void> {
    const key = { iss, clientId, method };
    await this.database.issuerHealth.upsert({
      where: { iss_clientId_method: key },
      create: { ...key, calibratedAt: at, lastActiveAt: at },
      update: { lastActiveAt: at },
    });
    await this.database.issuerHealth.updateMany({
      where: { ...key, calibratedAt: null },
      data: { calibratedAt: at, doubtedAt: null },
    });
  }

  async doubt({ iss, clientId }: Lane, method: string, at: Date): Promise<void> {
    await this.database.issuerHealth.updateMany({
      where: { iss, clientId, method, OR: [{ lastActiveAt: null }, { lastActiveAt: { lt: at } }] },
      data: { calibratedAt: null, doubtedAt: at },
    });
  }
}
