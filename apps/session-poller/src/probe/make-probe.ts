import type { Canaries, Clock, ProbeMethod } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import { AdminApiProbe } from './admin-api-probe.js';
import { FreshAccessToken } from './fresh-access-token.js';
import { IntrospectionProbe } from './introspection-probe.js';
import type { Probe } from './probe.js';
import { RefreshProbe } from './refresh-probe.js';
import type { SessionRefresher } from './session-refresher.js';
import { UserinfoProbe } from './userinfo-probe.js';

/** What some ways of asking need beside the IdP. */
export interface ProbeParts {
  readonly refresher: SessionRefresher;
  readonly canaries: Canaries;
  readonly clock: Clock;
}

/** Makes the probe of a method; undefined where there is none, and push alone tells. */
export function makeProbe(method: ProbeMethod, idp: WatchedIdp, parts: ProbeParts): Probe | undefined {
  const { refresher, canaries, clock } = parts;
  switch (method) {
    case 'introspect':
      return new IntrospectionProbe(idp, new FreshAccessToken(idp, refresher, clock), clock);
    case 'refresh':
      return new RefreshProbe(idp, refresher, clock);
    case 'userinfo':
      return new UserinfoProbe(idp, new FreshAccessToken(idp, refresher, clock), clock);
    case 'admin-api':
      if (idp.adminApi === undefined) return undefined;
      return new AdminApiProbe(idp.adminApi, idp.profile, canaries, clock, idp.entry.probe.canarySub);
    case 'none':
      return undefined;
  }
}
