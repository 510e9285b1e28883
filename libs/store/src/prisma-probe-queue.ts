import { v7 as uuidv7 } from 'uuid';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import {
  type ClaimedSession,
  type Lane,
  ProbeQueue,
  type ProbeRecord,
  reasonOf,
  type Sid,
  type TokenSet,
} from '#session';
import type { Prisma } from './generated/hub/client.js';
import type { HubDatabase } from './hub-database.js';
import { openPool } from './open-pool.js';
import { ProbeRecords } from './probe-records.js';
import { CONFIRMED } from './probe-findings.js';
import { toRefreshState, toSid, toSub } from './rows.js';
import { openForProbe } from './sealed-tokens.js';
import { claimDue, type ClaimedRow } from './sql/claim-due.js';
import { claimThese } from './sql/claim-these.js';
import { giveBack } from './sql/give-back.js';
import { letSleep } from './sql/let-sleep.js';
import type { TokenCipher } from './token-cipher.js';

/** as many claims and records at once; there is one of each for a lane */
const CONNECTIONS_AT_ONCE = 4;

/** {@link ProbeQueue} in the hub's Postgres. What each probe needs, its claim and its record, goes there without Prisma (ADR 37). */
export class PrismaProbeQueue extends ProbeQueue implements OnApplicationShutdown {
  private readonly logger = new Logger(PrismaProbeQueue.name);

  private readonly pool: pg.Pool;
  private readonly records: ProbeRecords;

  constructor(
    private readonly database: HubDatabase,
    private readonly cipher: TokenCipher,
    url: string,
  ) {
    super();
    this.pool = openPool(url, 'probes', this.logger, CONNECTIONS_AT_ONCE);
    this.records = new ProbeRecords(this.pool);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  async claim(lane: Lane, now: Date, leaseEndsAt: Date, limit: number): Promise<readonly ClaimedSession[]> {
    return this.claimed(lane, (leaseId) => claimDue(lane, now, leaseEndsAt, leaseId, limit));
  }

  async claimThese(lane: Lane, sids: readonly Sid[], leaseEndsAt: Date): Promise<readonly ClaimedSession[]> {
    return this.claimed(lane, (leaseId) => claimThese(lane, sids, leaseEndsAt, leaseId));
  }

  private async claimed(lane: Lane, claim: (leaseId: string) => Prisma.Sql): Promise<readonly ClaimedSession[]> {
    const leaseId = uuidv7();
    const { text, values } = claim(leaseId);
    const { rows } = await this.pool.query<ClaimedRow>(text, values);
    return rows.map((row) => this.toClaimed(row, lane, leaseId));
  }

  async giveBack(claimed: readonly ClaimedSession[], dueAt: Date): Promise<void> {
    if (claimed.length > 0) await this.database.$executeRaw(giveBack(claimed, dueAt));
  }

  private toClaimed(row: ClaimedRow, lane: Lane, leaseId: string): ClaimedSession {
    return {
      ...lane,
      sid: toSid(row.id),
      leaseId,
      sub: toSub(row.sub),
      idpSid: row.idpSid ?? undefined,
      openedAt: row.openedAt,
      expiresAt: row.expiresAt,
      authTime: row.authTime ?? undefined,
      idpCheckedAt: row.idpCheckedAt,
      lastUsedAt: row.lastUsedAt ?? undefined,
      asleepSince: row.asleepSince ?? undefined,
      tokens: this.tryTokens(row),
      tokenGeneration: row.tokenGeneration,
      refresh: toRefreshState(row.refreshState, row.refreshSince),
      weakEndedAt: row.weakEndedAt ?? undefined,
      unknownCount: row.unknownCount,
      unknownReason: row.unknownReason ?? undefined,
      unknownSince: row.unknownSince ?? undefined,
    };
  }

  /** A row that can't be read must not keep the others of its claim from being asked about. */
  private tryTokens(row: ClaimedRow): TokenSet | undefined {
    try {
      const tokens = openForProbe(this.cipher, row);
      return mayBeReplaced(row) ? { ...tokens, accessToken: undefined, refreshToken: undefined } : tokens;
    } catch (error) {
      this.logger.error(
        `probe.tokens.unreadable sid=${row.id} reason=${reasonOf(error)}; TOKEN_KEYS must be those of the gateway`,
      );
      return undefined;
    }
  }

  async record(claimed: ClaimedSession, record: ProbeRecord): Promise<boolean> {
    return (await this.records.write(claimed, record)) || this.recordAlone(claimed, record);
  }

  /** Waits for whoever is writing the session, and says for sure whether the probe counts. */
  private async recordAlone(claimed: ClaimedSession, record: ProbeRecord): Promise<boolean> {
    const { count } = await this.database.ssoSession.updateMany({
      where: { id: claimed.sid, leaseId: claimed.leaseId, tokenGeneration: claimed.tokenGeneration, endedAt: null },
      data: {
        probeDueAt: record.dueAt,
        leaseEndsAt: null,
        weakEndedAt: record.weakEndedAt ?? null,
        unknownCount: record.unknown?.count ?? 0,
        unknownReason: record.unknown?.reason ?? null,
        ...(record.unknown === undefined ? { unknownSince: null } : {}),
        ...(record.unknown?.count === 1 ? { unknownSince: record.unknown.at } : {}),
        ...(record.checkedAt === undefined ? {} : { ...CONFIRMED, idpCheckedAt: record.checkedAt }),
        ...(record.reauth === undefined ? {} : { reauthReason: record.reauth }),
        ...expiryOf(record),
      },
    });
    if (count === 0) await this.askSoon(claimed, record);
    return count === 1;
  }

  /** A refresh has voided this probe: the session need not wait for the end of a lease that nobody has any more. */
  private async askSoon({ sid }: ClaimedSession, record: ProbeRecord): Promise<void> {
    const at = record.checkedAt ?? record.unknown?.at ?? record.weakEndedAt ?? record.dueAt;
    const isLater = { OR: [{ probeDueAt: { gt: at } }, { leaseEndsAt: { gt: at } }] };
    await this.database.ssoSession.updateMany({
      where: { id: sid, endedAt: null, leaseId: null, ...isLater },
      data: { probeDueAt: at, leaseEndsAt: null },
    });
  }

  async sleep({ sid, leaseId }: ClaimedSession, now: Date, unusedSince: Date): Promise<boolean> {
    const count = await this.database.$executeRaw(letSleep({ sid, leaseId }, now, unusedSince));
    return count === 1;
  }

  async nextDueAt({ iss, clientId }: Lane, now: Date): Promise<Date | undefined> {
    const free = { OR: [{ leaseEndsAt: null }, { leaseEndsAt: { lte: now } }] };
    const row = await this.database.ssoSession.findFirst({
      where: { iss, clientId, endedAt: null, expiresAt: { gt: now }, ...free },
      orderBy: { probeDueAt: 'asc' },
      select: { probeDueAt: true },
    });
    return row?.probeDueAt;
  }
}

/** The IdP may have replaced them in an answer that nobody has read yet: that they are inactive then says nothing of the session. */
function mayBeReplaced({ refreshState }: ClaimedRow): boolean {
  return refreshState === 'under_way' || refreshState === 'ambiguous';
}

function expiryOf({ tokenExpiresAt }: ProbeRecord) {
  if (tokenExpiresAt === undefined) return {};
  return tokenExpiresAt.of === 'access_token'
    ? { accessExpiresAt: tokenExpiresAt.at }
    : { refreshExpiresAt: tokenExpiresAt.at };
}
