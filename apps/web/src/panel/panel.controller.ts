import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Optional,
  Param,
  Post,
  UseGuards,
} from '@nestjs/common';
import { problem } from '#http';
import { Clock } from '#session';
import { z } from 'zod';
import { OwnPagesGuard } from '../sites/own-pages.guard.js';
import { Sites } from '../sites/sites.js';
import { Timeline } from '../timeline/timeline.js';
import { OperatorApi } from './operator-api.js';
import type { PanelState } from './panel-state.js';
import { Services } from './services.js';

const End = z.strictObject({ push: z.boolean() });
const WISHES = { stop: 'service_stopped', start: 'service_started' } as const;

/** Ends sessions and stops services, to see what comes of it. */
@Controller('panel')
@UseGuards(OwnPagesGuard)
export class PanelController {
  constructor(
    private readonly sites: Sites,
    private readonly services: Services,
    private readonly timeline: Timeline,
    private readonly clock: Clock,
    @Optional() private readonly idp?: OperatorApi,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async state(): Promise<PanelState> {
    const [services, idpSessions] = await Promise.all([this.services.states(), this.idp?.sessions()]);
    return {
      frontEnds: [...this.sites.frontEnds].map(([name, origin]) => ({ name, origin })),
      idp: this.idp === undefined ? 'foreign' : idpSessions === undefined ? 'away' : 'here',
      ...(idpSessions === undefined ? {} : { idpSessions }),
      services,
    };
  }

  @Post('idp-sessions/:id/end')
  @HttpCode(204)
  async end(@Param('id') id: string, @Body() body: unknown): Promise<void> {
    const wish = End.safeParse(body);
    if (!wish.success || !/^[\w-]{1,64}$/.test(id)) throw new BadRequestException();
    if (this.idp === undefined) throw problem(409, 'no-control', 'The identity provider is somebody’s own');
    const at = this.clock.now(); // what follows may be there before it is done
    const sub = (await this.idp.sessions())?.find((session) => session.id === id)?.sub;
    await this.idp.end(id, wish.data.push);
    this.timeline.add([
      { kind: 'panel', at: at.toISOString(), deed: 'session_ended', what: sub ?? id, push: wish.data.push },
    ]);
  }

  @Post('services/:name/:wish')
  @HttpCode(204)
  async serve(@Param('name') name: string, @Param('wish') wish: string): Promise<void> {
    if (wish !== 'stop' && wish !== 'start') throw problem(404, 'not-found', 'There is nothing here');
    const at = this.clock.now();
    await this.services.tell(name, wish);
    this.timeline.add([{ kind: 'panel', at: at.toISOString(), deed: WISHES[wish], what: name }]);
  }
}
