import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { BearerGuard } from './bearer.guard.js';
import { EndingLog, type EndingView } from './ending-log.service.js';
import { type Exchange, Http } from './operator.decorator.js';
import { pageOf } from './page-of.js';
import { paging, plainText, readQuery } from './read-request.js';

const List = z.strictObject({
  ...paging,
  after: z.uuid('must be the id of an ending').optional(),
  sub: plainText.optional(),
  sessionId: plainText.optional(),
});

/** The endings of sessions. */
@Controller('admin/endings')
@UseGuards(BearerGuard)
export class EndingsController {
  constructor(private readonly log: EndingLog) {}

  /** Gives endings, the newest first, each with what came of telling the clients. */
  @Get()
  async list(@Query() query: unknown, @Http() http: Exchange): Promise<readonly EndingView[]> {
    const { limit, ...filter } = readQuery(List, query);
    return pageOf(http, await this.log.endings({ ...filter, limit: limit + 1 }), limit, ({ id }) => id);
  }
}
