import { describe, expect, it } from '@jest/globals';
import { adminApiTemplates } from './admin-api-template.js';
import { type IssuerProfile, issuerProfile, issuerProfileNames, probeMethods, slidesIdle } from './issuer-profile.js';

type Row = Pick<
  IssuerProfile,
  'push' | 'probe' | 'introspects' | 'tokensBound' | 'sliding' | 'minIntervalS' | 'adminApi'
>;
const RT = 'refresh_token';
const AT = 'access_token';

/** protocol.md §3.3 and §3.6, row by row: push, probe, token, bound, sliding, shortest interval, API of sessions. */
const TABLE: Readonly<
  Record<
    IssuerProfile['name'],
    readonly [Row['push'], Row['probe'], Row['introspects'], boolean, Row['sliding'], number, Row['adminApi']]
  >
> = {
  'session-sync': [['backchannel'], 'introspect', RT, true, [], 60, undefined],
  'oidc-provider': [['backchannel'], 'introspect', RT, true, [], 60, undefined],
  keycloak: [['backchannel'], 'introspect', RT, true, ['refresh'], 60, 'keycloak'],
  auth0: [['backchannel'], 'none', AT, false, ['refresh'], 900, 'auth0'],
  okta: [['ssf'], 'none', AT, false, ['refresh'], 900, 'okta'],
  entra: [['frontchannel'], 'none', AT, false, ['refresh'], 900, undefined],
  duende: [['backchannel'], 'none', AT, false, ['introspect', 'refresh', 'userinfo'], 900, undefined],
  ping: [['backchannel'], 'none', AT, false, ['refresh'], 900, 'http'],
  google: [['ssf'], 'none', AT, false, ['refresh'], 900, undefined],
  lemonldap: [[], 'introspect', AT, true, ['refresh'], 900, undefined],
  generic: [['backchannel'], 'none', AT, false, ['refresh'], 900, undefined],
};

/** What a refusal of a refresh token means, where RFC 6749 does not say it. */
const ERRORS: readonly (readonly [IssuerProfile['name'], string, string | undefined])[] = [
  ['auth0', 'invalid_grant', 'grant_gone'],
  ['okta', 'invalid_grant', 'grant_gone'],
  ['google', 'invalid_grant', 'grant_gone'],
  ['entra', 'invalid_grant', 'grant_gone'],
  ['entra', 'AADSTS50173', 'grant_gone'],
  ['entra', 'AADSTS700082', 'reauth'],
  ['entra', 'AADSTS70008', 'reauth'],
  ['entra', 'AADSTS50076', 'reauth'],
  ['lemonldap', 'invalid_request', 'ended'],
  ['keycloak', 'invalid_request', undefined],
  ['generic', 'invalid_grant', undefined],
];

describe('the profiles of issuers', () => {
  it.each(issuerProfileNames)('POL-02, protocol §3.3: %s', (name) => {
    const { push, probe, introspects, tokensBound, sliding, minIntervalS, adminApi } = issuerProfile(name);
    expect([push, probe, introspects, tokensBound, sliding, minIntervalS, adminApi]).toEqual(TABLE[name]);
  });

  it.each(ERRORS)('T144: at %s %s means %s', (name, error, meaning) => {
    expect(issuerProfile(name).errors[error]).toBe(meaning);
  });

  it('a refused refresh ends a session only at lemonldap, by what is not invalid_grant', () => {
    for (const name of issuerProfileNames)
      for (const [error, meaning] of Object.entries(issuerProfile(name).errors))
        if (meaning === 'ended') expect([name, error]).toEqual(['lemonldap', 'invalid_request']);
  });

  it('seeds 001 and 003: auth0 is asked at most every 15 minutes', () => {
    expect(issuerProfile('auth0').minIntervalS).toBe(900);
  });

  it('are asked by a token only where tokens end with the session, and never in a way that keeps it alive (POL-03)', () => {
    for (const name of issuerProfileNames) {
      const profile = issuerProfile(name);
      if (profile.probe !== 'none') expect([name, profile.tokensBound]).toEqual([name, true]);
      for (const method of [profile.probe, profile.confirm])
        expect([name, slidesIdle(profile, method)]).toEqual([name, false]);
      expect(slidesIdle(profile, 'admin-api')).toBe(false); // reading is no use of the session
      for (const method of profile.sliding) expect(probeMethods).toContain(method);
    }
  });

  it('name an API of sessions only where there is a template of it, or a place for one', () => {
    for (const name of issuerProfileNames) {
      const { adminApi } = issuerProfile(name);
      if (adminApi !== undefined && adminApi !== 'http') expect(adminApiTemplates).toHaveProperty(adminApi);
    }
  });

  it('trust the word of no IdP but our own before it has been seen to be true', () => {
    for (const name of issuerProfileNames)
      expect([name, issuerProfile(name).needsCalibration]).toEqual([name, name !== 'session-sync']);
  });
});
