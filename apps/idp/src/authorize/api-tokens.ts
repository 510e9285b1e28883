import { type AccessToken, type ClientCredentials, type Configuration, errors } from 'oidc-provider';
import type { ApiConfig } from '../config.js';

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/**
 * Lets clients ask for an access token of an API: by `resource` (RFC 8707), or by `audience`, as Auth0 calls it. An
 * audience that nobody knows is ignored, as any parameter that nobody knows; an unknown resource is `invalid_target`.
 * Such a token is a JWT (RFC 9068) which the API verifies itself, so it can't be revoked and lives for a short time.
 */
export function apiTokens(apis: readonly ApiConfig[]): ResourceIndicators {
  const find = (identifier: unknown) => apis.find((api) => api.identifier === identifier);
  return {
    enabled: true,
    // A refresh, or a code, of several APIs needs one named: `undefined` would mean "of none".
    defaultResource: ({ oidc }, _client, oneOf) => oneOf ?? find(oidc.params?.audience)?.identifier,
    useGrantedResource: () => true,
    getResourceServerInfo: (_ctx, resource) => {
      const api = find(resource);
      if (api === undefined) throw new errors.InvalidTarget('there is no such API');
      return {
        scope: api.scopes.join(' '),
        audience: api.identifier,
        accessTokenFormat: 'jwt',
        accessTokenTTL: api.access_token_ttl_s,
      };
    },
  };
}

/** Gives an API the session's id as the client knows it, if the client is told one: so it can honour a logout as well. */
export function sidClaim(token: AccessToken | ClientCredentials): { readonly sid: string } | undefined {
  if (!('sid' in token) || typeof token.sid !== 'string' || token.aud === undefined) return undefined;
  return token.client?.includeSid() ? { sid: token.sid } : undefined;
}
