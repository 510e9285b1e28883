import { Module } from '@nestjs/common';
import { BackchannelController } from '../backchannel/backchannel.controller.js';
import { BackchannelLogout } from '../backchannel/backchannel-logout.js';
import { FrontchannelController } from '../frontchannel/frontchannel.controller.js';
import { FrontchannelSite } from '../frontchannel/frontchannel-site.js';
import { LogoutModule } from '../logout/logout.module.js';
import { GlobalTokenRevocationController } from './global-token-revocation.controller.js';
import { SecurityEvents } from './security-events.js';
import { SsfController } from './ssf.controller.js';

/** All the ways in which an IdP says that a session has ended. */
@Module({
  imports: [LogoutModule],
  controllers: [BackchannelController, FrontchannelController, SsfController, GlobalTokenRevocationController],
  providers: [BackchannelLogout, FrontchannelSite, SecurityEvents],
})
export class ReceiversModule {}
