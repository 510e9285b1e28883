import { Injectable, Logger } from '@nestjs/common';
import { Audit } from '../audit/audit.service.js';
import type { PrismaClient } from '../generated/client.js';

/** Whether apps may sign a person in without asking them. */
@Injectable()
export class AutomaticSignIn {
  private readonly logger = new Logger('account');

  constructor(
    private readonly prisma: PrismaClient,
    private readonly audit: Audit,
  ) {}

  /** Turns it on or off, for all apps and browsers of the person, from the next request on. */
  async set(sub: string, on: boolean): Promise<void> {
    const changed = await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.account.updateMany({ where: { sub, autoSignIn: !on }, data: { autoSignIn: on } });
      if (count === 0) return false; // it was so before
      await this.audit.record({ action: 'account.auto_sign_in_changed', actor: sub, sub, detail: { on } }, tx);
      return true;
    });
    if (changed) this.logger.log(`account.auto_sign_in_changed sub=${sub} on=${on}`);
  }
}
