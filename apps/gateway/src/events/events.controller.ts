import type { ServerResponse } from 'node:http';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { FrontEnds } from '../front-ends/front-ends.js';
import { SessionReader } from '../http/session-reader.js';
import type { EventStream } from './event-stream.js';
import { EventStreams } from './event-streams.js';
import { comeBackLaterText, textOf } from './event-text.js';

const NOBODY = 'not_signed_in';

/** Server-sent events for open tabs. `EventSource` can send no header of ours, so that the browser's own say who asks. */
@Controller('bff')
export class EventsController {
  private readonly streamOf = new WeakMap<ServerResponse, EventStream>();
  private readonly whenClosed: (this: ServerResponse) => void;

  constructor(
    private readonly streams: EventStreams,
    private readonly reader: SessionReader,
    private readonly frontEnds: FrontEnds,
  ) {
    const { streamOf } = this;
    this.whenClosed = function () {
      const stream = streamOf.get(this);
      if (stream !== undefined) streams.gone(stream);
    };
  }

  /**
   * Answers 401 to who was never signed in. Who comes back to a session that has ended is told so by an event, since
   * `EventSource` gives a page neither status nor body.
   */
  @Get('events')
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.refuseOthers(request);
    const { heard } = this.streams;
    const read = await this.reader.readAwake(request, { slide: false });
    if (read.kind === 'usable' && read.session.sso.asleepSince !== undefined) {
      begin(reply).end(comeBackLaterText(Math.random())); // not believed, and not ended: no `ready`
      return;
    }
    if (read.kind === 'usable') {
      if (reply.raw.destroyed) return void reply.hijack(); // gone meanwhile: nobody would tell of it a second time
      const response = begin(reply);
      this.streamOf.set(response, this.streams.open(read.session, response, heard));
      response.on('close', this.whenClosed);
      return;
    }
    const comesBack = request.headers['last-event-id'] !== undefined;
    if (read.kind === 'none' && !comesBack) throw problem(401, 'not-signed-in', 'Nobody is signed in');
    begin(reply).end(textOf({ kind: 'session-ended', reason: read.kind === 'ended' ? read.reason : NOBODY }));
  }

  private refuseOthers({ raw, method, headers }: FastifyRequest): void {
    if (method !== 'GET') throw problem(405, 'method-not-allowed', 'Events are read by GET');
    const site = headers['sec-fetch-site'];
    const isOurs = site === undefined || site === 'same-origin';
    const hasOurOrigin = headers.origin === undefined || headers.origin === this.frontEnds.of({ raw }).origin;
    if (!isOurs || !hasOurOrigin)
      throw problem(403, 'cross-site', "Only the front end's own pages may read its events");
  }
}

/** Takes the answer out of Fastify's hands: from now on it is written as things happen. */
function begin(reply: FastifyReply): ServerResponse {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  return reply.raw;
}
