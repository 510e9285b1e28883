import { Module, type Provider } from '@nestjs/common';
import { Clock, SeenTokens, SsoSessions } from '#session';
import { SecurityEvents } from '#ssf';
import { BackchannelController } from '../backchannel/backchannel.controller.js';
import { BackchannelLogout } from '../backchannel/backchannel-logout.js';
import { FrontchannelController } from '../frontchannel/frontchannel.controller.js';
import { FrontchannelSite } from '../frontchannel/frontchannel-site.js';
import { Idps } from '../idps/idps.js';
import { LogoutModule } from '../logout/logout.module.js';
import { TokenRevocation } from '../logout/token-revocation.js';
import { GlobalTokenRevocationController } from './global-token-revocation.controller.js';
import { SsfController } from './ssf.controller.js';

const securityEvents: Provider = {
  provide: SecurityEvents,
  inject: [Idps, SeenTokens, SsoSessions, Clock, TokenRevocation],
  useFactory: (idps: Idps, seen: SeenTokens, sessions: SsoSessions, clock: Clock, revocation: TokenRevocation) => {
    const lanes = idps.all.map(({ issuer, clientId }) => ({ iss: issuer, clientId }));
    return new SecurityEvents(lanes, seen, sessions, clock, (ended) => {
      revocation.begin(ended);
    });
  },
};

/** All the ways in which an IdP says that a session has ended. */
@Module({
  imports: [LogoutModule],
  controllers: [BackchannelController, FrontchannelController, SsfController, GlobalTokenRevocationController],
  providers: [BackchannelLogout, FrontchannelSite, securityEvents],
})
export class ReceiversModule {}
