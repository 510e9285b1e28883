import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import { Audit } from '../audit/audit.service.js';
import type { Consent, PrismaClient } from '../generated/client.js';
import { Access, joined } from './access.js';

/** What a person lets one client have. */
export interface RememberedConsent {
  readonly clientId: string;
  readonly access: Access;
  readonly grantedAt: Date;
}

/** What people let clients have, remembered per person and client. */
@Injectable()
export class Consents {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Gives what a person lets a client have; undefined when they were never asked, or have withdrawn it. */
  async of(sub: string, clientId: string): Promise<Access | undefined> {
    const row = await this.prisma.consent.findUnique({ where: { sub_clientId: { sub, clientId } } });
    return row === null ? undefined : accessOf(row);
  }

  /** Gives all that a person lets clients have, the newest first. */
  async allOf(sub: string): Promise<readonly RememberedConsent[]> {
    const rows = await this.prisma.consent.findMany({ where: { sub }, orderBy: { grantedAt: 'desc' } });
    return rows.map((row) => ({ clientId: row.clientId, access: accessOf(row), grantedAt: row.grantedAt }));
  }

  /** Remembers that a person lets a client have `access`, besides what it was let before. */
  async grant(sub: string, clientId: string, access: Access): Promise<void> {
    const { scopes, resourceScopes } = joined(await this.of(sub, clientId), access);
    const row = { scopes: [...scopes], resourceScopes, grantedAt: this.clock.now() };
    const detail = { scopes: [...access.scopes], resourceScopes: access.resourceScopes };
    await this.prisma.$transaction(async (tx) => {
      const where = { sub_clientId: { sub, clientId } };
      await tx.consent.upsert({ where, create: { sub, clientId, ...row }, update: row });
      await this.audit.record({ action: 'consent.granted', actor: sub, sub, clientId, detail }, tx);
    });
  }

  /**
   * Forgets what a person lets a client have. What the client holds is ended by `SessionEndings.endClient`.
   *
   * @param actor the person's sub, or `operator`
   * @returns false when there was nothing to forget
   */
  async withdraw(sub: string, clientId: string, actor: string): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.consent.deleteMany({ where: { sub, clientId } });
      if (count === 0) return false;
      await this.audit.record({ action: 'consent.withdrawn', actor, sub, clientId }, tx);
      return true;
    });
  }
}

function accessOf({ scopes, resourceScopes }: Consent): Access {
  return Access.parse({ scopes, resourceScopes });
}
