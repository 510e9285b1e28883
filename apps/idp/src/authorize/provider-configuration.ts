import type { AdapterFactory, Configuration, JWKS } from 'oidc-provider';
import type { Accounts } from '../account/accounts.service.js';
import { CLOCK_TOLERANCE_S } from '../adapter/prisma-artifacts.js';
import type { ClientRegistry } from '../clients/client-registry.js';
import { judgeSetting, SETTING_NAMES } from '../clients/client-settings.js';
import type { IdpConfig } from '../config.js';
import type { Consents } from '../consent/consents.service.js';
import { namesThisSession } from '../logout/hint.js';
import { logoutPage, signedOutPage } from '../logout/logout-pages.js';
import { errorPage } from '../page/error-page.js';
import { allowsOrigin } from './client-origins.js';
import { cookieSettings } from './cookies.js';
import { firstPartyGrant, GRANT_SLACK_S } from './first-party-grant.js';
import { findAccount } from './find-account.js';
import { outgoingFetch } from './outgoing-fetch.js';
import { showPage } from './show-page.js';
import { signInPolicy } from './sign-in-policy.js';

const MINUTE_S = 60;

/** Where the protocol's endpoints are. Everything that the engine serves is under these. */
export const ROUTES = {
  authorization: '/authorize',
  token: '/oauth/token',
  introspection: '/oauth/introspect',
  revocation: '/oauth/revoke',
  userinfo: '/userinfo',
  end_session: '/oidc/logout',
  jwks: '/jwks',
} as const;

/** What the engine is made of. */
export interface EngineParts {
  readonly config: IdpConfig;
  readonly adapter: AdapterFactory;
  readonly accounts: Accounts;
  readonly clients: ClientRegistry;
  readonly consents: Consents;
  /** private keys: the first one signs */
  readonly jwks: JWKS;
}

/** Gives the engine's whole configuration. Whatever is not named here has the engine's default. */
export function providerConfiguration({ config, adapter, accounts, clients, jwks }: EngineParts): Configuration {
  return {
    adapter,
    clients: [...clients.configured],
    jwks,
    extraClientMetadata: {
      properties: SETTING_NAMES,
      validator: (_ctx, name, value) => {
        judgeSetting(name, value);
      },
    },
    routes: ROUTES,
    cookies: cookieSettings(config.IDP_ISSUER.startsWith('https:'), config.IDP_COOKIE_KEYS),
    clockTolerance: CLOCK_TOLERANCE_S,
    findAccount: (_ctx, sub) => findAccount(accounts, sub),
    interactions: { policy: signInPolicy(), url: (_ctx, { uid }) => `/interaction/${uid}` },
    renderError: (ctx, { error, error_description }) => {
      showPage(ctx, errorPage(error, error_description));
    },
    fetch: outgoingFetch(config.IDP_PRIVATE_HOSTS_ALLOWED),
    clientBasedCORS: allowsOrigin,
    ...claims(),
    ...clientRules(config, jwks),
    ...lifetimes(config.SESSION_IDLE_S),
    features: features(),
  };
}

function claims(): Configuration {
  return {
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false, // name and email stand in the ID token: a gateway needs no second request
  };
}

function clientRules({ SESSION_ABSOLUTE_S }: IdpConfig, jwks: JWKS): Configuration {
  return {
    clientDefaults: {
      require_auth_time: true,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      response_modes: ['query', 'fragment', 'form_post'], // web_message only for a client that lists it
      id_token_signed_response_alg: signingAlgorithm(jwks),
    },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    loadExistingGrant: (ctx) => firstPartyGrant(ctx, SESSION_ABSOLUTE_S),
    // Also without offline_access: those tokens live no longer than the session, by the engine's expiresWithSession.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // A confidential client proves itself with each use; rotation would only let two of its processes collide.
    rotateRefreshToken: ({ oidc }) => oidc.client?.clientAuthMethod === 'none',
  };
}

/** Grant over session, or a token would die of its grant while its session lives. */
/** A session slides and may live for long; what is bound to it ends with it and never before. */
const TOKEN_OUTLIVES_SESSION_S = 400 * 24 * 60 * MINUTE_S;

function lifetimes(sessionTtlS: number): Configuration {
  return {
    ttl: {
      AccessToken: 5 * MINUTE_S,
      AuthorizationCode: MINUTE_S,
      IdToken: 5 * MINUTE_S,
      Interaction: 10 * MINUTE_S,
      RefreshToken: TOKEN_OUTLIVES_SESSION_S, // its session bounds it; an end of its own would look like the session's
      // A browser that only asked, and is nobody, gets a row for the form's token alone.
      Session: (_ctx, { accountId }) => (accountId === undefined ? 10 * MINUTE_S : sessionTtlS),
      Grant: TOKEN_OUTLIVES_SESSION_S + GRANT_SLACK_S,
    },
  };
}

function features(): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: { enabled: false },
    backchannelLogout: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        showPage(ctx, logoutPage(form, namesThisSession(ctx)));
      },
      postLogoutSuccessSource: (ctx) => {
        showPage(ctx, signedOutPage());
      },
    },
    webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
  };
}

/** The algorithm of the first key signs, for a client that does not name one. */
function signingAlgorithm({ keys: [first] }: JWKS): 'RS256' | 'ES256' | 'EdDSA' {
  if (first?.kty === 'EC') return 'ES256';
  return first?.kty === 'OKP' ? 'EdDSA' : 'RS256';
}
