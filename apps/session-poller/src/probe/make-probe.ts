import type { IdpClient } from '#idp-client';
import type { Clock, IssuerProfile } from '#session';
import { IntrospectionProbe } from './introspection-probe.js';
import type { Probe } from './probe.js';

/** Makes the probe that a profile names; undefined where no sound way to ask is known, and push alone tells. */
export function makeProbe(profile: IssuerProfile, idp: IdpClient, clock: Clock): Probe | undefined {
  switch (profile.probe) {
    case 'introspect':
      return new IntrospectionProbe(idp, profile, clock);
    case 'none':
      return undefined;
  }
}
