import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { Audit, type RecordedDeed } from '../audit/audit.service.js';
import { BearerGuard } from './bearer.guard.js';
import { type Exchange, Http } from './operator.decorator.js';
import { pageOf } from './page-of.js';
import { paging, plainText, readQuery } from './read-request.js';

const Parameters = z.strictObject({
  ...paging,
  after: z
    .string('must stand once')
    .regex(/^\d{1,18}$/, 'must be the id of an entry')
    .transform(BigInt)
    .optional(),
  sub: plainText.optional(),
  action: plainText.optional(),
  clientId: plainText.optional(),
});

/** Who did what. */
@Controller('admin/audit')
@UseGuards(BearerGuard)
export class AuditController {
  constructor(private readonly audit: Audit) {}

  /** Gives the entries, the newest first. */
  @Get()
  async list(@Query() query: unknown, @Http() http: Exchange): Promise<readonly RecordedDeed[]> {
    const { limit, after: before, ...filter } = readQuery(Parameters, query);
    return pageOf(http, await this.audit.list({ ...filter, before, limit: limit + 1 }), limit, ({ id }) => id);
  }
}
