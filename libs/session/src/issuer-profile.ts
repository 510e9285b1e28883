import type { AdminApiKind } from './admin-api-template.js';

/**
 * The ways to ask an IdP about a session. `none`: nobody asks.
 *
 * `introspect` RFC 7662; `refresh` the refresh grant, by the one writer of the session's tokens; `userinfo` OIDC Core 5.3;
 * `admin-api` the IdP's own API of sessions.
 */
export const probeMethods = ['introspect', 'refresh', 'userinfo', 'admin-api', 'none'] as const;
export type ProbeMethod = (typeof probeMethods)[number];

/** What an IdP tells by itself. */
export type Push = 'backchannel' | 'frontchannel' | 'ssf';

/** What an OAuth error in the answer to a refresh token means, where it is not what RFC 6749 §5.2 says. */
export type ErrorMeaning = 'ended' | 'grant_gone' | 'reauth' | 'race' | 'config';

/** What we know of one kind of IdP. Data, not code: an IdP is added by a row. */
export interface IssuerProfile {
  readonly name: IssuerProfileName;
  /** what it can tell by itself, at best */
  readonly push: readonly Push[];
  /** the way to ask that is usually sound */
  readonly probe: ProbeMethod;
  /** by what a weak "ended" is confirmed; `none`: by the same method, later */
  readonly confirm: ProbeMethod;
  /** which token introspection asks about, where a session has both */
  readonly introspects: 'refresh_token' | 'access_token';
  /** tokens given without `offline_access` end with the IdP session */
  readonly tokensBound: boolean;
  /** methods that keep the IdP session from idling out */
  readonly sliding: readonly ProbeMethod[];
  /** by OAuth error, or by a code within the error's description (Entra's `AADSTS50173`) */
  readonly errors: Readonly<Record<string, ErrorMeaning>>;
  /** the kind of its API of sessions; `http`: it has one that a template must describe */
  readonly adminApi: AdminApiKind | undefined;
  /** "inactive" may mean "you may not ask": it counts only once the IdP has said "active" of a session of ours (ADR 11) */
  readonly needsCalibration: boolean;
  /** shortest time between two probes of one session, in seconds */
  readonly minIntervalS: number;
}

export const issuerProfileNames = [
  'session-sync',
  'oidc-provider',
  'keycloak',
  'auth0',
  'okta',
  'entra',
  'duende',
  'ping',
  'google',
  'lemonldap',
  'generic',
] as const;
export type IssuerProfileName = (typeof issuerProfileNames)[number];

const unknownIdp: Omit<IssuerProfile, 'name'> = {
  push: ['backchannel'],
  probe: 'none',
  confirm: 'none',
  introspects: 'access_token',
  tokensBound: false,
  sliding: ['refresh'],
  errors: {},
  adminApi: undefined,
  needsCalibration: true,
  minIntervalS: 900,
};

/** A refresh token that outlives its session: that it is refused says nothing of the session. */
const OUTLIVING = { invalid_grant: 'grant_gone' } as const;

/** What is known of each, and how well, stands in docs/issuer-profiles.md. @see protocol.md §3.3, §3.6 */
const differences: Readonly<Record<IssuerProfileName, Partial<IssuerProfile>>> = {
  'session-sync': {
    ...{ probe: 'introspect', introspects: 'refresh_token', tokensBound: true, sliding: [] },
    ...{ needsCalibration: false, minIntervalS: 60 },
  },
  'oidc-provider': {
    ...{ probe: 'introspect', introspects: 'refresh_token', tokensBound: true, sliding: [], minIntervalS: 60 },
  },
  keycloak: {
    ...{ probe: 'introspect', introspects: 'refresh_token', tokensBound: true, minIntervalS: 60 },
    adminApi: 'keycloak',
  },
  auth0: { errors: OUTLIVING, adminApi: 'auth0' },
  okta: { push: ['ssf'], errors: OUTLIVING, adminApi: 'okta' },
  entra: {
    push: ['frontchannel'],
    errors: {
      ...OUTLIVING,
      AADSTS50173: 'grant_gone', // revoked: a new password, or an administrator
      AADSTS700082: 'reauth', // not used for too long
      AADSTS70008: 'reauth', // the same
      AADSTS50076: 'reauth', // a second factor is wanted
    },
  },
  duende: { sliding: ['introspect', 'refresh', 'userinfo'] },
  ping: { adminApi: 'http' },
  google: { push: ['ssf'], errors: OUTLIVING },
  lemonldap: {
    ...{ push: [], probe: 'introspect', introspects: 'access_token', tokensBound: true },
    errors: { invalid_request: 'ended' }, // what it says of a refresh token that is gone
  },
  generic: {},
};

/** Gives the profile of that name. */
export function issuerProfile(name: IssuerProfileName): IssuerProfile {
  return { ...unknownIdp, ...differences[name], name };
}

/** Whether asking by `method` keeps a session of such an IdP from idling out. */
export function slidesIdle(profile: Pick<IssuerProfile, 'sliding'>, method: ProbeMethod): boolean {
  return profile.sliding.includes(method);
}
