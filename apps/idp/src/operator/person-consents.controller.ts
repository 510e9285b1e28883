import { Controller, Delete, Get, Param, UseGuards } from '@nestjs/common';
import { problem } from '#http';
import { Accounts } from '../account/accounts.service.js';
import { Consents } from '../consent/consents.service.js';
import { SessionEndings } from '../endings/session-endings.service.js';
import { LogoutQueue } from '../logout/logout-queue.service.js';
import { isStorable } from '../storable-text.js';
import { BearerGuard } from './bearer.guard.js';
import { type AllEndedView, toldOfAll } from './end-sessions.js';
import { Operator, type OperatorBy } from './operator.decorator.js';
import { personUnknown } from './person-problems.js';

/** What a person lets one client have, as operators see it. */
export interface ConsentView {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** API identifier -> scopes of it */
  readonly resourceScopes: Readonly<Record<string, readonly string[]>>;
  readonly grantedAt: Date;
}

/** What one person lets clients have. */
@Controller('admin/people/:sub/consents')
@UseGuards(BearerGuard)
export class PersonConsentsController {
  constructor(
    private readonly consents: Consents,
    private readonly accounts: Accounts,
    private readonly endings: SessionEndings,
    private readonly queue: LogoutQueue,
  ) {}

  @Get()
  async list(@Param('sub') sub: string): Promise<readonly ConsentView[]> {
    if ((await this.accounts.find(sub)) === undefined) throw personUnknown();
    const consents = await this.consents.allOf(sub);
    return consents.map(({ clientId, access, grantedAt }) => ({ clientId, ...access, grantedAt }));
  }

  /** Withdraws it: the client's tokens are gone, offline ones too, and it is told; the sessions live on. */
  @Delete(':clientId')
  async withdraw(
    @Param('sub') sub: string,
    @Param('clientId') clientId: string,
    @Operator() by: OperatorBy,
  ): Promise<AllEndedView> {
    if (!isStorable(`${sub}${clientId}`) || !(await this.consents.withdraw(sub, clientId, by.actor)))
      throw problem(404, 'consent-unknown', 'The person lets this client have nothing');
    const how = { cause: 'consent_withdrawn', actor: by.actor } as const;
    return toldOfAll(this.queue, await this.endings.endClient(sub, clientId, how));
  }
}
