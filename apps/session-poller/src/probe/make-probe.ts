import type { IdpClient } from '#idp-client';
import type { Clock, IssuerProfile, Verdict } from '#session';
import { IntrospectionProbe } from './introspection-probe.js';
import { Probe } from './probe.js';

/** Asks nobody: for IdPs of which no sound way to ask is known. Push alone tells there. */
class NoProbe extends Probe {
  readonly method = 'none';

  ask(): Promise<Verdict> {
    return Promise.resolve({ kind: 'unknown', reason: 'unbound' });
  }
}

/** Makes the probe that a profile names. */
export function makeProbe(profile: IssuerProfile, idp: IdpClient, clock: Clock): Probe {
  switch (profile.probe) {
    case 'introspect':
      return new IntrospectionProbe(idp, profile, clock);
    case 'none':
      return new NoProbe();
  }
}
