import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { problem } from '#http';
import { z } from 'zod';
import { BearerGuard } from './bearer.guard.js';
import { DELIVERY_STATES, type DeliveryView, EndingLog } from './ending-log.service.js';
import { type Exchange, Http, Operator, type OperatorBy } from './operator.decorator.js';
import { pageOf } from './page-of.js';
import { paging, plainText, readQuery } from './read-request.js';

const List = z.strictObject({
  ...paging,
  after: z.uuid('must be the id of a delivery').optional(),
  state: z.enum(DELIVERY_STATES).optional(),
  clientId: plainText.optional(),
});

/** What is owed to clients: to be told that a session ended. */
@Controller('admin/deliveries')
@UseGuards(BearerGuard)
export class DeliveriesController {
  constructor(private readonly log: EndingLog) {}

  /** Gives deliveries, the newest first. */
  @Get()
  async list(@Query() query: unknown, @Http() http: Exchange): Promise<readonly DeliveryView[]> {
    const { limit, ...filter } = readQuery(List, query);
    return pageOf(http, await this.log.deliveries({ ...filter, limit: limit + 1 }), limit, ({ id }) => id);
  }

  /** Lets one be tried at once. */
  @Post(':id/retry')
  @HttpCode(202)
  async retry(@Param('id') id: string, @Operator() by: OperatorBy): Promise<DeliveryView> {
    const delivery = z.uuid().safeParse(id).success ? await this.log.retry(id, by) : undefined;
    if (delivery === undefined) throw problem(404, 'delivery-unknown', 'There is no such delivery');
    if (delivery.state === 'delivered') throw problem(409, 'delivered', 'The client has been told already');
    return delivery;
  }
}
