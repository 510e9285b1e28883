import { Module } from '@nestjs/common';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';

/** What open tabs are told. */
@Module({ controllers: [EventsController], providers: [EventStreams] })
export class EventsModule {}
