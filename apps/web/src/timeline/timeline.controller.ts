import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { OwnPagesGuard } from '../sites/own-pages.guard.js';
import { EventStreams } from './event-streams.js';

/** The timeline as it happens. */
@Controller('timeline')
@UseGuards(OwnPagesGuard)
export class TimelineController {
  constructor(private readonly streams: EventStreams) {}

  @Get('events')
  events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    if (request.method !== 'GET') throw problem(405, 'method-not-allowed', 'Events are read by GET');
    this.streams.expectRoom();
    reply.hijack();
    if (reply.raw.destroyed) return; // gone meanwhile: nobody would tell of it a second time
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const heard = request.headers['last-event-id'];
    this.streams.open(reply.raw, typeof heard === 'string' ? heard : undefined);
  }
}
