import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { AuditEntry, Prisma, PrismaClient } from '../generated/client.js';

/** One deed. Never a token, a password or a code. */
export interface Deed {
  /** dotted name, such as `session.ended` */
  readonly action: string;
  /** a person's sub, `operator` or `system` */
  readonly actor: string;
  readonly sub?: string;
  readonly clientId?: string;
  /** the session's uid */
  readonly sessionId?: string;
  /** IP address of whoever did it */
  readonly address?: string;
  readonly detail?: Prisma.InputJsonObject;
}

/** Who does something, and from where. */
export type By = Pick<Deed, 'actor' | 'address'>;

/** A deed that was written down. `id` grows with time. */
export interface RecordedDeed extends Omit<Deed, 'detail'> {
  readonly id: string;
  readonly at: Date;
  readonly detail: Prisma.JsonValue;
}

/** Which deeds a list names. */
export interface DeedQuery {
  readonly sub?: string | undefined;
  readonly action?: string | undefined;
  readonly clientId?: string | undefined;
  /** only deeds older than this one */
  readonly before?: bigint | undefined;
  readonly limit: number;
}

/** The audit trail: who did what. Entries are only ever added. */
@Injectable()
export class Audit {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
  ) {}

  /** Writes a deed down; within `tx`, together with the deed itself. */
  async record(deed: Deed, tx: Prisma.TransactionClient = this.prisma): Promise<void> {
    await tx.auditEntry.create({ data: { ...deed, at: this.clock.now() } });
  }

  /** Gives deeds, the newest first. */
  async list({ sub, action, clientId, before, limit }: DeedQuery): Promise<readonly RecordedDeed[]> {
    const rows = await this.prisma.auditEntry.findMany({
      where: {
        ...(sub === undefined ? {} : { sub }),
        ...(action === undefined ? {} : { action }),
        ...(clientId === undefined ? {} : { clientId }),
        ...(before === undefined ? {} : { id: { lt: before } }),
      },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map(recorded);
  }
}

function recorded({ id, at, actor, action, sub, clientId, sessionId, address, detail }: AuditEntry): RecordedDeed {
  const optional = { sub, clientId, sessionId, address };
  const known = Object.entries(optional).filter(([, value]) => value !== null);
  return { id: String(id), at, actor, action, ...Object.fromEntries(known), detail };
}
