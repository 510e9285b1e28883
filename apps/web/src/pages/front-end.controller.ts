import { Body, Controller, Get, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { problem } from '#http';
import { Clock } from '#session';
import { siteOf } from '../sites/guard-sites.js';
import { OwnPagesGuard } from '../sites/own-pages.guard.js';
import { Sites } from '../sites/sites.js';
import { Timeline } from '../timeline/timeline.js';
import { Told } from './told.js';

/** More than the pages of one front end have to tell, in ten seconds. */
const MOST_TOLD = { points: 100, duration: 10 };

/** What pages ask for and tell besides what the gateway has for them. */
@Controller()
export class FrontEndController {
  private readonly limit = new RateLimiterMemory(MOST_TOLD);

  constructor(
    private readonly sites: Sites,
    private readonly timeline: Timeline,
    private readonly clock: Clock,
  ) {}

  /** Says which site it is, and where the others are. */
  @Get('site.json')
  site(@Req() request: FastifyRequest) {
    const site = siteOf(request);
    return {
      name: site.kind === 'nobody' ? '' : site.name,
      frontEnds: [...this.sites.frontEnds].map(([name, origin]) => ({ name, origin })),
      timeline: this.sites.timeline,
    };
  }

  /** Takes what a page tells of itself, for the timeline. */
  @Post('told')
  @HttpCode(204)
  @UseGuards(OwnPagesGuard)
  async told(@Req() request: FastifyRequest, @Body() body: unknown): Promise<void> {
    const site = siteOf(request);
    const told = Told.safeParse(body);
    if (site.kind !== 'front_end' || !told.success)
      throw problem(400, 'not-understood', 'That is nothing that a page tells');
    await this.limit.consume(site.name).catch(() => {
      throw problem(429, 'too-many-requests', 'This front end tells too much', undefined, {
        retryAfterS: MOST_TOLD.duration,
      });
    });
    this.timeline.add([{ ...told.data, at: this.clock.now().toISOString(), frontEnd: site.name }]);
  }
}
