import type { ConfidentialExample } from './secrets.js';

const spaOrigins = ['http://localhost:4300', 'http://127.0.0.1:4300'] as const;

/** Every confidential example may return here, so that one small server can play them all. */
const anyExample = 'http://localhost:4301';

/** An API that clients can ask access tokens for, with `audience`. */
export const exampleApi = { identifier: 'https://api.example.test/', name: 'Example API', scopes: ['read', 'write'] };

/**
 * The clients that the identity provider of the demo knows besides the gateway, for trying it out. Nothing listens at
 * their addresses until somebody starts something there.
 *
 * @see OpenID Connect Dynamic Client Registration 1.0 §2
 */
export function exampleClients(secrets: Readonly<Record<ConfidentialExample, string>>) {
  const confidential = (id: ConfidentialExample, name: string) => ({
    ...{ client_id: id, client_secret: secrets[id], client_name: name },
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    first_party: true,
  });
  return [
    { ...singlePageApp('spa', 'Example single-page app'), first_party: true },
    { ...singlePageApp('spa-consent', "Somebody else's single-page app"), first_party: false },
    {
      ...confidential('strict-hint', 'Example with a strict hint'),
      ...returnsTo('http://localhost:4302', anyExample),
      strict_hint: true,
      require_pkce: false, // clients that send such hints are older than PKCE
    },
    {
      ...confidential('conf', 'Example web app'),
      ...returnsTo(anyExample),
      backchannel_logout_uri: 'http://localhost:4301/backchannel-logout',
      backchannel_logout_session_required: true,
    },
    {
      ...confidential('offline', 'Example that works while nobody is there'),
      ...returnsTo('http://localhost:4303', anyExample),
    },
  ] as const;
}

function singlePageApp(id: 'spa' | 'spa-consent', name: string) {
  return {
    ...{ client_id: id, client_name: name, token_endpoint_auth_method: 'none' },
    grant_types: ['authorization_code', 'refresh_token', 'implicit'],
    response_types: ['code', 'id_token token', 'id_token'],
    redirect_uris: spaOrigins.map((origin) => `${origin}/callback.html`),
    post_logout_redirect_uris: spaOrigins.map((origin) => `${origin}/loggedout.html`),
    allowed_web_origins: spaOrigins,
    refresh_token_rotation: true,
  } as const;
}

function returnsTo(...origins: readonly string[]) {
  return { redirect_uris: origins.map((origin) => `${origin}/callback`), post_logout_redirect_uris: origins } as const;
}
