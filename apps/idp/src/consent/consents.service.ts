import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { PrismaClient } from '../generated/client.js';

/** What people let third-party clients have, remembered per person and client. */
@Injectable()
export class Consents {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
  ) {}

  /** Gives the scopes that a person has let a client have; none when never asked, or withdrawn. */
  async scopesOf(sub: string, clientId: string): Promise<readonly string[]> {
    const row = await this.prisma.consent.findUnique({ where: { sub_clientId: { sub, clientId } } });
    return row?.scopes ?? [];
  }

  /** Remembers that a person lets a client have these scopes, besides those of before. */
  async grant(sub: string, clientId: string, scopes: readonly string[]): Promise<void> {
    const before = await this.scopesOf(sub, clientId);
    const row = { scopes: [...new Set([...before, ...scopes])], grantedAt: this.clock.now() };
    await this.prisma.consent.upsert({
      where: { sub_clientId: { sub, clientId } },
      create: { sub, clientId, ...row },
      update: row,
    });
  }
}
