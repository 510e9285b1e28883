import type { Clock, ProbeMethod } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import { IntrospectionProbe } from './introspection-probe.js';
import type { Probe } from './probe.js';

/** Makes the probe of a method; undefined where there is none, and push alone tells. */
export function makeProbe(method: ProbeMethod, idp: WatchedIdp, clock: Clock): Probe | undefined {
  switch (method) {
    case 'introspect':
      return new IntrospectionProbe(idp.introspector, idp.profile, clock);
    case 'refresh':
    case 'userinfo':
    case 'admin-api':
    case 'none':
      return undefined;
  }
}
