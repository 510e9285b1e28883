import { setTimeout } from 'node:timers/promises';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { Clock, Receipts } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { type LogoutReport, logoutReportOf } from './logout-report.js';
import { sendReceiptsPage } from './receipts-page.js';

const LONGEST_WAIT_MS = 5_000;
const LOOK_EVERY_MS = 150;
const YOUNG_MS = 5 * 60_000;

/** Says which services have signed a person out. The id is all that is needed: nobody can guess it. */
@Controller('bff')
export class ReceiptsController {
  constructor(
    private readonly receipts: Receipts,
    private readonly frontEnds: FrontEnds,
    private readonly clock: Clock,
  ) {}

  /** With `waitMs` the answer comes when the logout is complete, or after that time, at most 5 seconds. */
  @Get('logout/:id')
  async receiptsOf(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
    @Query('waitMs') waitMs: unknown,
  ): Promise<void> {
    const frontEnd = this.frontEnds.of(request);
    const report = await this.reportWithin(waitOf(waitMs), id, frontEnd, request);
    if (report === undefined) throw problem(404, 'unknown-logout', 'No logout has this id');
    void reply.header('cache-control', 'no-store').header('vary', 'accept');
    if (request.headers.accept?.includes('text/html') !== true) {
      await reply.send(report);
      return;
    }
    const isYoung = this.clock.now().getTime() - Date.parse(report.endedAt) < YOUNG_MS;
    sendReceiptsPage(reply, report, frontEnd.afterLogout, isYoung);
  }

  private async reportWithin(
    waitMs: number,
    id: string,
    frontEnd: FrontEnd,
    request: FastifyRequest,
  ): Promise<LogoutReport | undefined> {
    if (!/^[\w-]{43}$/.test(id)) return undefined;
    const look = async () =>
      logoutReportOf(id, await this.receipts.progressOf(id), expectedOf(frontEnd), this.clock.now());
    let report = await look();
    for (let waited = 0; report?.state === 'pending' && waited < waitMs; waited += LOOK_EVERY_MS) {
      if (request.raw.socket.destroyed) return report;
      await setTimeout(Math.min(LOOK_EVERY_MS, waitMs - waited));
      report = await look();
    }
    return report;
  }
}

/** Services that believe our assertions hear endings; of others nobody knows whether they do. */
function expectedOf({ services }: FrontEnd): readonly string[] {
  return [...services.values()].filter(({ credential }) => credential === 'assertion').map(({ name }) => name);
}

function waitOf(waitMs: unknown): number {
  return typeof waitMs === 'string' && /^\d{1,5}$/.test(waitMs) ? Math.min(Number(waitMs), LONGEST_WAIT_MS) : 0;
}
