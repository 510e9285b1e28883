import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { HealthChecks, HealthModule, MetricsModule } from '#http';
import { Clock } from '#session';
import type { WebConfig } from './config.js';
import { FrontEndController } from './pages/front-end.controller.js';
import { OperatorApi } from './panel/operator-api.js';
import { PanelController } from './panel/panel.controller.js';
import { Services } from './panel/services.js';
import { Sites } from './sites/sites.js';
import { EventStreams } from './timeline/event-streams.js';
import { HubReader } from './timeline/hub-reader.js';
import { HubWatch } from './timeline/hub-watch.js';
import { TimelineController } from './timeline/timeline.controller.js';
import { Timeline } from './timeline/timeline.js';

/** The demo's pages, and the timeline of what happens. */
@Module({})
export class AppModule {
  static forRoot(config: WebConfig, clock: Clock): DynamicModule {
    return {
      module: AppModule,
      controllers: [FrontEndController, TimelineController, PanelController],
      providers: [
        { provide: Clock, useValue: clock },
        { provide: Sites, useValue: new Sites(config.FRONT_ENDS, config.TIMELINE_URL) },
        { provide: Timeline, useValue: new Timeline(clock.now().toISOString()) },
        { provide: HubReader, useValue: new HubReader(config.HUB_DATABASE_URL) },
        { provide: Services, useValue: servicesOf(config) },
        ...operatorApiOf(config),
        HubWatch,
        EventStreams,
      ],
      imports: [
        MetricsModule.forRoot(),
        // without the hub it goes on: the pages are there, and the timeline says that the hub is away
        HealthModule.forRootAsync({ useFactory: () => new HealthChecks([]) }),
      ],
    };
  }
}

function servicesOf({ SERVICES, CONTROL_URL, CONTROL_TOKEN, STOP_COMMAND, START_COMMAND }: WebConfig): Services {
  const by = CONTROL_URL && CONTROL_TOKEN ? { origin: CONTROL_URL, token: CONTROL_TOKEN } : undefined;
  const commands = STOP_COMMAND && START_COMMAND ? { stop: STOP_COMMAND, start: START_COMMAND } : undefined;
  return new Services(SERVICES, { by, commands });
}

function operatorApiOf({ IDP_OPERATOR_URL, IDP_OPERATOR_TOKEN }: WebConfig): readonly Provider[] {
  if (!IDP_OPERATOR_URL || !IDP_OPERATOR_TOKEN) return [];
  return [{ provide: OperatorApi, useValue: new OperatorApi(IDP_OPERATOR_URL, IDP_OPERATOR_TOKEN) }];
}
