import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { Prisma, PrismaClient } from '../generated/client.js';

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
}
