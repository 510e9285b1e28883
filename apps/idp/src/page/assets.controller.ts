import { Controller, Get, Param, Res } from '@nestjs/common';
import { problem } from '#http';
import type { FastifyReply } from 'fastify';
import { STYLE_SHEET, SUBMIT_SCRIPT } from './assets.js';

/** Serves what the pages load. */
@Controller('assets')
export class AssetsController {
  /** Gives a file of the pages. Its name holds its version, so browsers keep it. */
  @Get(':name')
  async file(@Param('name') name: string, @Res() reply: FastifyReply): Promise<void> {
    const asset = [STYLE_SHEET, SUBMIT_SCRIPT].find(({ path }) => path === `/assets/${name}`);
    if (asset === undefined) throw problem(404, 'not-found', 'There is no such file');
    await reply
      .header('content-type', asset.type)
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('x-content-type-options', 'nosniff')
      .send(asset.body);
  }
}
