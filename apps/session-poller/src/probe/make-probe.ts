import type { Canaries, Clock, ProbeMethod } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import { AdminApiProbe } from './admin-api-probe.js';
import { IntrospectionProbe } from './introspection-probe.js';
import type { Probe } from './probe.js';

/** Makes the probe of a method; undefined where there is none, and push alone tells. */
export function makeProbe(method: ProbeMethod, idp: WatchedIdp, clock: Clock, canaries: Canaries): Probe | undefined {
  switch (method) {
    case 'introspect':
      return new IntrospectionProbe(idp.introspector, idp.profile, clock);
    case 'admin-api':
      if (idp.adminApi === undefined) return undefined;
      return new AdminApiProbe(idp.adminApi, idp.profile, canaries, clock, idp.entry.probe.canarySub);
    case 'refresh':
    case 'userinfo':
    case 'none':
      return undefined;
  }
}
