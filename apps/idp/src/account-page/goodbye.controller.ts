import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { sendPage } from '../page/answer.js';
import { FAREWELLS } from './goodbye.service.js';
import { goodbyePage } from './refusal-pages.js';

const Why = z.enum(FAREWELLS).catch('signed-out');

/** Shows a person who has no session any more what has been done. Needs no session, and tells nothing of anybody. */
@Controller('account/goodbye')
export class GoodbyeController {
  @Get()
  async show(@Query('why') why: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendPage(reply, 200, goodbyePage(Why.parse(why)));
  }
}
