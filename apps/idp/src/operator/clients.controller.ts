import { Body, Controller, Delete, Get, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { problem } from '#http';
import { z } from 'zod';
import { ClientChanges, NewClient } from '../clients/client-body.js';
import { ClientRegistrations, type Registration } from '../clients/client-registrations.service.js';
import { ClientRemoval } from '../clients/client-removal.service.js';
import type { ClientView } from '../clients/client-view.js';
import type { Told } from '../logout/logout-queue.service.js';
import { BearerGuard } from './bearer.guard.js';
import { type Exchange, Http, Operator, type OperatorBy } from './operator.decorator.js';
import { pageOf } from './page-of.js';
import { paging, readBody, readQuery } from './read-request.js';

const List = z.strictObject(paging);

type Refusal = readonly [status: number, name: string, title: string, detail?: string];

const REFUSALS: Readonly<Record<Exclude<Registration['kind'], 'done' | 'refused'>, Refusal>> = {
  taken: [409, 'client-taken', 'A client has this id'],
  unknown: [404, 'client-unknown', 'There is no such client'],
  configured: [409, 'client-configured', 'The client is of the configuration', 'Change it in IDP_CLIENTS'],
  without_secret: [409, 'client-without-secret', 'The client proves itself without a secret'],
};

/** The apps that people sign in to. */
@Controller('admin/clients')
@UseGuards(BearerGuard)
export class ClientsController {
  constructor(
    private readonly clients: ClientRegistrations,
    private readonly removal: ClientRemoval,
  ) {}

  /** Gives clients in the order of their ids, those of the configuration among them. */
  @Get()
  async list(@Query() query: unknown, @Http() http: Exchange): Promise<readonly ClientView[]> {
    const { limit, after } = readQuery(List, query);
    return pageOf(http, await this.clients.list(after, limit + 1), limit, ({ client_id }) => client_id);
  }

  @Get(':id')
  async one(@Param('id') id: string): Promise<ClientView> {
    const client = await this.clients.find(id);
    if (client === undefined) throw problem(...REFUSALS.unknown);
    return client;
  }

  @Post()
  async register(@Body() body: unknown, @Operator() by: OperatorBy, @Http() http: Exchange): Promise<ClientView> {
    const client = clientOf(await this.clients.register(readBody(NewClient, body), by));
    http.reply.header('location', `/admin/clients/${encodeURIComponent(client.client_id)}`);
    return client;
  }

  @Patch(':id')
  async change(@Param('id') id: string, @Body() body: unknown, @Operator() by: OperatorBy): Promise<ClientView> {
    return clientOf(await this.clients.change(id, readBody(ClientChanges, body), by));
  }

  /** Makes another secret; the old one proves nothing from then on. */
  @Post(':id/secret')
  async renewSecret(@Param('id') id: string, @Operator() by: OperatorBy): Promise<ClientView> {
    return clientOf(await this.clients.renewSecret(id, by));
  }

  /** Takes a client away: its sessions tell it, its tokens and grants are gone, then its registration. */
  @Delete(':id')
  async remove(
    @Param('id') id: string,
    @Operator() by: OperatorBy,
  ): Promise<{ readonly removed: true; readonly sessions: readonly Told[] }> {
    const before = await this.clients.changeable(id);
    if ('kind' in before) throw problem(...REFUSALS[before.kind]);
    return { removed: true, sessions: await this.removal.remove(id, by) };
  }
}

function clientOf(registration: Registration): ClientView {
  switch (registration.kind) {
    case 'done':
      return registration.client;
    case 'refused':
      throw problem(400, 'invalid-body', 'The body is wrong', undefined, { faults: [registration.fault] });
    case 'taken':
    case 'unknown':
    case 'configured':
    case 'without_secret':
      throw problem(...REFUSALS[registration.kind]);
  }
}
