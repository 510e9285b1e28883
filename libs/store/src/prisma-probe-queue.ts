import { v7 as uuidv7 } from 'uuid';
import { Logger } from '@nestjs/common';
import { type ClaimedSession, ProbeQueue, type ProbeRecord, reasonOf, type TokenSet } from '#session';
import type { HubDatabase } from './hub-database.js';
import { toSid, toSub } from './rows.js';
import { openTokens } from './sealed-tokens.js';
import { claimDue, type ClaimedRow } from './sql/claim-due.js';
import type { TokenCipher } from './token-cipher.js';

/** {@link ProbeQueue} in the hub's Postgres. */
export class PrismaProbeQueue extends ProbeQueue {
  private readonly logger = new Logger(PrismaProbeQueue.name);

  constructor(
    private readonly database: HubDatabase,
    private readonly cipher: TokenCipher,
  ) {
    super();
  }

  async claim(iss: string, now: Date, leaseEndsAt: Date, limit: number): Promise<readonly ClaimedSession[]> {
    const leaseId = uuidv7();
    const rows = await this.database.$queryRaw<ClaimedRow[]>(claimDue(iss, now, leaseEndsAt, leaseId, limit));
    return rows.map((row) => ({
      sid: toSid(row.id),
      leaseId,
      iss,
      clientId: row.clientId,
      sub: toSub(row.sub),
      tokens: this.tryTokens(row),
      tokenGeneration: row.tokenGeneration,
      weakEndedAt: row.weakEndedAt ?? undefined,
      unknownCount: row.unknownCount,
    }));
  }

  /** A row that can't be read must not keep the others of its claim from being asked about. */
  private tryTokens(row: ClaimedRow): TokenSet | undefined {
    try {
      const tokens = openTokens(this.cipher, row);
      return mayBeReplaced(row) ? { ...tokens, accessToken: undefined, refreshToken: undefined } : tokens;
    } catch (error) {
      this.logger.error(`probe.tokens.unreadable sid=${row.id} reason=${reasonOf(error)}`);
      return undefined;
    }
  }

  async record(claimed: ClaimedSession, record: ProbeRecord): Promise<boolean> {
    const { count } = await this.database.ssoSession.updateMany({
      where: { id: claimed.sid, leaseId: claimed.leaseId, tokenGeneration: claimed.tokenGeneration, endedAt: null },
      data: {
        probeDueAt: record.dueAt,
        weakEndedAt: record.weakEndedAt ?? null,
        unknownCount: record.unknown?.count ?? 0,
        unknownReason: record.unknown?.reason ?? null,
        ...(record.checkedAt === undefined ? {} : { idpCheckedAt: record.checkedAt }),
        ...expiryOf(claimed, record),
      },
    });
    return count === 1;
  }

  async nextDueAt(iss: string, now: Date): Promise<Date | undefined> {
    const row = await this.database.ssoSession.findFirst({
      where: { iss, endedAt: null, expiresAt: { gt: now } },
      orderBy: { probeDueAt: 'asc' },
      select: { probeDueAt: true },
    });
    return row?.probeDueAt;
  }

  async isCalibrated(iss: string, method: string): Promise<boolean> {
    const row = await this.database.issuerHealth.findUnique({ where: { iss_method: { iss, method } } });
    return row !== null && row.calibratedAt !== null;
  }

  async calibrate(iss: string, method: string, at: Date): Promise<void> {
    await this.database.issuerHealth.upsert({
      where: { iss_method: { iss, method } },
      create: { iss, method, calibratedAt: at },
      update: { calibratedAt: at },
    });
  }
}

/** The IdP may have replaced them in an answer that nobody has read yet: that they are inactive then says nothing of the session. */
function mayBeReplaced({ refreshState }: ClaimedRow): boolean {
  return refreshState === 'under_way' || refreshState === 'ambiguous';
}

/** The probe asks about the refresh token, or about the access token where there is none. */
function expiryOf({ tokens }: ClaimedSession, { tokenExpiresAt }: ProbeRecord) {
  if (tokenExpiresAt === undefined) return {};
  return tokens?.refreshToken === undefined
    ? { accessExpiresAt: tokenExpiresAt }
    : { refreshExpiresAt: tokenExpiresAt };
}
