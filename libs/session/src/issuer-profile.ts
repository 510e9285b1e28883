/** A way to ask an IdP about a session. `none`: only push tells. */
export type ProbeMethod = 'introspect' | 'none';

/** What we know of one kind of IdP. Data, not code: an IdP is added by a row. */
export interface IssuerProfile {
  readonly name: IssuerProfileName;
  readonly probe: ProbeMethod;
  /** tokens given without `offline_access` end with the IdP session */
  readonly tokensBound: boolean;
  /** asking keeps the IdP session from idling out */
  readonly probeSlidesIdle: boolean;
  /** "inactive" may mean "you may not ask": it counts only once the IdP has said "active" of a session of ours (ADR 11) */
  readonly needsCalibration: boolean;
  /** shortest time between two probes of one session, in seconds */
  readonly minIntervalS: number;
}

export const issuerProfileNames = ['session-sync', 'oidc-provider', 'keycloak', 'generic'] as const;
export type IssuerProfileName = (typeof issuerProfileNames)[number];

const profiles: Readonly<Record<IssuerProfileName, IssuerProfile>> = {
  'session-sync': {
    name: 'session-sync',
    probe: 'introspect',
    tokensBound: true,
    probeSlidesIdle: false,
    needsCalibration: false,
    minIntervalS: 60,
  },
  'oidc-provider': {
    name: 'oidc-provider',
    probe: 'introspect',
    tokensBound: true,
    probeSlidesIdle: false,
    needsCalibration: true,
    minIntervalS: 60,
  },
  keycloak: {
    name: 'keycloak',
    probe: 'introspect',
    tokensBound: true,
    probeSlidesIdle: false,
    needsCalibration: true,
    minIntervalS: 60,
  },
  generic: {
    name: 'generic',
    probe: 'none',
    tokensBound: false,
    probeSlidesIdle: false,
    needsCalibration: true,
    minIntervalS: 900,
  },
};

/** Gives the profile of that name. */
export function issuerProfile(name: IssuerProfileName): IssuerProfile {
  return profiles[name];
}
