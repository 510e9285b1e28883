import { type DynamicModule, Module } from '@nestjs/common';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Idps } from '../idps/idps.js';
import { RequestLimits } from '../limits/request-limits.js';
import { Cookies } from './cookies.js';
import { SessionLife } from './session-life.js';
import { SessionReader } from './session-reader.js';
import { SleepingSessions } from './sleeping-sessions.js';

/** What the front ends' file describes. */
export interface Sites {
  readonly idps: Idps;
  readonly frontEnds: FrontEnds;
}

/** What every route asks of a request: for which front end it is, of which IdP, in whose session, and how often. */
@Module({})
export class RequestModule {
  static forRoot(sites: Sites, life: SessionLife, limits: RequestLimits): DynamicModule {
    return {
      module: RequestModule,
      global: true,
      providers: [
        { provide: Idps, useValue: sites.idps },
        { provide: FrontEnds, useValue: sites.frontEnds },
        { provide: SessionLife, useValue: life },
        { provide: RequestLimits, useValue: limits },
        ...[Cookies, SessionReader, SleepingSessions],
      ],
      exports: [Idps, FrontEnds, SessionLife, RequestLimits, Cookies, SessionReader],
    };
  }
}
