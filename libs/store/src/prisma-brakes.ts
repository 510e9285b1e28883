import { type Brake, Brakes, type HeldSession, type Lane, type Sid } from '#session';
import { Prisma } from './generated/hub/client.js';
import type { HubDatabase } from './hub-database.js';
import { toHeldEnding } from './held-ending.js';
import { toSid } from './rows.js';
import { letGo } from './sql/let-go.js';
import { lock } from './sql/lock.js';

/** {@link Brakes} in the hub's Postgres. */
export class PrismaBrakes extends Brakes {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async watch(iss: string, now: Date, leaseEndsAt: Date): Promise<Brake | undefined> {
    const [brake] = await this.database.issuerBrake.updateManyAndReturn({
      where: {
        ...{ iss, state: { not: 'free' } },
        OR: [{ watchLeaseUntil: null }, { watchLeaseUntil: { lte: now } }],
      },
      data: { watchLeaseUntil: leaseEndsAt },
    });
    if (brake === undefined) return undefined;
    return { state: brake.state === 'held' ? 'held' : 'releasing', since: brake.since, reason: brake.reason };
  }

  async unwatch(iss: string): Promise<void> {
    await this.database.issuerBrake.updateMany({ where: { iss }, data: { watchLeaseUntil: null } });
  }

  async sampleOf({ iss, clientId }: Lane, limit: number): Promise<readonly Sid[]> {
    const rows = await this.database.$queryRaw<{ id: string }[]>(Prisma.sql`
      SELECT "id"::text FROM "SsoSession"
      WHERE "iss" = ${iss} AND "clientId" = ${clientId} AND "heldAt" IS NOT NULL AND "endedAt" IS NULL
      ORDER BY random() LIMIT ${limit}`);
    return rows.map(({ id }) => toSid(id));
  }

  async holdsOthers({ iss, clientId }: Lane): Promise<boolean> {
    const where = { iss, clientId: { not: clientId }, heldAt: { not: null }, endedAt: null };
    return (await this.database.ssoSession.findFirst({ where, select: { id: true } })) !== null;
  }

  async release(iss: string, by: string, now: Date): Promise<boolean> {
    return this.locked(iss, async (tx) => {
      const { count } = await tx.issuerBrake.updateMany({
        where: { iss, state: 'held' },
        data: { state: 'releasing', since: now, changedBy: by, watchLeaseUntil: null },
      });
      return count === 1;
    });
  }

  async discard(iss: string, by: string, now: Date): Promise<number | undefined> {
    return this.locked(iss, async (tx) => {
      const { count } = await tx.issuerBrake.updateMany({
        where: { iss, state: { not: 'free' } },
        data: { state: 'free', since: now, countFrom: now, changedBy: by },
      });
      if (count === 0) return undefined;
      await tx.issuerHealth.updateMany({ where: { iss }, data: { calibratedAt: null, doubtedAt: now } });
      return tx.$executeRaw(letGo(Prisma.sql`"iss" = ${iss}`, now));
    });
  }

  async toRelease(iss: string, limit: number): Promise<readonly HeldSession[]> {
    const brake = await this.database.issuerBrake.findUnique({ where: { iss } });
    if (brake?.state !== 'releasing') return [];
    const rows = await this.database.ssoSession.findMany({
      where: { iss, endedAt: null, heldAt: { lte: brake.since } },
      orderBy: { heldAt: 'asc' },
      take: limit,
      select: { id: true, heldAt: true, heldEvidence: true },
    });
    return rows.map(({ id, heldAt, heldEvidence }) => ({
      sid: toSid(id),
      heldAt: heldAt ?? brake.since,
      ending: toHeldEnding(heldEvidence),
    }));
  }

  async letGo(sid: Sid, now: Date): Promise<void> {
    await this.database.$executeRaw(letGo(Prisma.sql`"id" = ${sid}::uuid`, now));
  }

  async finish(iss: string, now: Date): Promise<'free' | 'held'> {
    return this.locked(iss, async (tx) => {
      const more = await tx.ssoSession.findFirst({ where: { iss, endedAt: null, heldAt: { not: null } } });
      const state = more === null ? 'free' : 'held';
      await tx.issuerBrake.updateMany({
        where: { iss, state: 'releasing' },
        data: { state, since: now, countFrom: now, watchLeaseUntil: null, ...(more && { reason: 'held_meanwhile' }) },
      });
      return state;
    });
  }

  /** Waits for the endings of the issuer that are being written. */
  private locked<T>(iss: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.database.$transaction(async (tx) => {
      await tx.$queryRaw(lock(`brake|${iss}`));
      return work(tx);
    });
  }
}
