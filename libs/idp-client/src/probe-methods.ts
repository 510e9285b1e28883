import { issuerProfile, type ProbeMethod } from '#session';
import type { IdpEntry } from './idp-entry.js';

/**
 * Gives how the sessions of an IdP are asked about: as its entry says, else by its API of sessions where one is configured, else
 * by the profile's way. `confirm` is `none` when it is by the same method, later.
 */
export function probeMethodsOf({ profile, probe, adminApi }: Pick<IdpEntry, 'profile' | 'probe' | 'adminApi'>): {
  readonly method: ProbeMethod;
  readonly confirm: ProbeMethod;
} {
  const known = issuerProfile(profile);
  const method = probe.method ?? (adminApi === undefined ? known.probe : 'admin-api');
  const confirm = probe.confirm ?? known.confirm;
  return { method, confirm: confirm === method ? 'none' : confirm };
}
