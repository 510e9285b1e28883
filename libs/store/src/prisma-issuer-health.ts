import { type Calibration, IssuerHealth, type Lane } from '#session';
import type { HubDatabase } from './hub-database.js';
import { askUncalibrated } from './sql/ask-uncalibrated.js';

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

  /** The first `active` of all, and the first one after a doubt, has those asked about again whose "ended" did not count. */
  async noteActive(lane: Lane, method: string, at: Date): Promise<void> {
    const key = { iss: lane.iss, clientId: lane.clientId, method };
    const { issuerHealth } = this.database;
    const goesOn = { where: { ...key, calibratedAt: { not: null } }, data: { lastActiveAt: at } };
    if ((await issuerHealth.updateMany(goesOn)).count === 1) return;
    const proved = { calibratedAt: at, lastActiveAt: at, doubtedAt: null };
    const made = await issuerHealth.createMany({ data: [{ ...key, ...proved }], skipDuplicates: true });
    const renewed = await issuerHealth.updateMany({ where: { ...key, calibratedAt: null }, data: proved });
    if (made.count + renewed.count > 0) await this.database.$executeRaw(askUncalibrated(lane, at));
  }

  async doubt({ iss, clientId }: Lane, method: string, at: Date): Promise<void> {
    await this.database.issuerHealth.updateMany({
      where: { iss, clientId, method, OR: [{ lastActiveAt: null }, { lastActiveAt: { lt: at } }] },
      data: { calibratedAt: null, doubtedAt: at },
    });
  }
}
