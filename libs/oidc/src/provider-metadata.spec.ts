import { describe, expect, it } from '@jest/globals';
import { parseProviderMetadata } from './provider-metadata.js';

const ISSUER = 'https://idp.example.com';
const GOOD = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
};

describe('a discovery document', () => {
  it('is read as far as we use it', () => {
    const rest = {
      introspection_endpoint: `${ISSUER}/introspect`,
      userinfo_endpoint: `${ISSUER}/me`,
      end_session_endpoint: `${ISSUER}/logout`,
      revocation_endpoint: `${ISSUER}/revoke`,
      pushed_authorization_request_endpoint: `${ISSUER}/par`,
      require_pushed_authorization_requests: true,
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ['openid'],
    };
    expect(parseProviderMetadata({ ...GOOD, ...rest }, ISSUER)).toEqual({
      issuer: ISSUER,
      authorizationEndpoint: `${ISSUER}/authorize`,
      tokenEndpoint: `${ISSUER}/token`,
      jwksUri: `${ISSUER}/jwks`,
      introspectionEndpoint: `${ISSUER}/introspect`,
      userinfoEndpoint: `${ISSUER}/me`,
      endSessionEndpoint: `${ISSUER}/logout`,
      revocationEndpoint: `${ISSUER}/revoke`,
      parEndpoint: `${ISSUER}/par`,
      requiresPar: true,
      sendsIss: true,
    });
  });

  it('may lack introspection, userinfo, logout, revocation and pushed requests, and does not promise iss by silence', () => {
    expect(parseProviderMetadata(GOOD, ISSUER)).toMatchObject({
      introspectionEndpoint: undefined,
      userinfoEndpoint: undefined,
      endSessionEndpoint: undefined,
      revocationEndpoint: undefined,
      parEndpoint: undefined,
      requiresPar: false,
      sendsIss: false,
    });
  });

  it.each([
    ['another issuer', { ...GOOD, issuer: 'https://evil.example' }],
    ['the issuer with a trailing slash', { ...GOOD, issuer: `${ISSUER}/` }],
  ])('T153: of %s is told from one that is only unusable', (_name, document) => {
    expect(() => parseProviderMetadata(document, ISSUER)).toThrow(
      expect.objectContaining({ code: 'OIDC_OTHER_ISSUER' }),
    );
  });

  it.each([
    ['without issuer', { ...GOOD, issuer: undefined }],
    ['without token endpoint', { ...GOOD, token_endpoint: undefined }],
    ['with a script for an endpoint', { ...GOOD, authorization_endpoint: 'javascript:alert(1)' }],
    ['with a file for the keys', { ...GOOD, jwks_uri: 'file:///etc/passwd' }],
    ['with user and password in an endpoint', { ...GOOD, token_endpoint: 'https://user:secret@idp.example/token' }],
    ['with a user in an endpoint', { ...GOOD, token_endpoint: 'https://user@idp.example/token' }],
    ['with a relative endpoint', { ...GOOD, token_endpoint: '/token' }],
    ['that is a page', undefined],
    ['that is a list', [GOOD]],
  ])('is refused %s', (_name, document) => {
    expect(() => parseProviderMetadata(document, ISSUER)).toThrow(
      expect.objectContaining({ code: 'OIDC_METADATA_INVALID' }),
    );
  });
});
