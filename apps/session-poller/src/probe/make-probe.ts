import type { Clock, ProbeMethod } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import { FreshAccessToken } from './fresh-access-token.js';
import { IntrospectionProbe } from './introspection-probe.js';
import type { Probe } from './probe.js';
import { RefreshProbe } from './refresh-probe.js';
import type { SessionRefresher } from './session-refresher.js';
import { UserinfoProbe } from './userinfo-probe.js';

/** Makes the probe of a method; undefined where there is none, and push alone tells. */
export function makeProbe(
  method: ProbeMethod,
  idp: WatchedIdp,
  refresher: SessionRefresher,
  clock: Clock,
): Probe | undefined {
  switch (method) {
    case 'introspect':
      return new IntrospectionProbe(idp, new FreshAccessToken(idp, refresher, clock), clock);
    case 'refresh':
      return new RefreshProbe(idp, refresher, clock);
    case 'userinfo':
      return new UserinfoProbe(idp, new FreshAccessToken(idp, refresher, clock), clock);
    case 'admin-api':
    case 'none':
      return undefined;
  }
}
