import type { Clock } from '#session';
import type { AdapterFactory, Configuration, JWKS } from 'oidc-provider';
import type { Accounts } from '../account/accounts.service.js';
import { CLOCK_TOLERANCE_S } from '../adapter/prisma-artifacts.js';
import type { ClientRegistry } from '../clients/client-registry.js';
import { judgeSetting, mayIntrospect, requiresPkce, SETTING_NAMES } from '../clients/client-settings.js';
import type { IdpConfig } from '../config.js';
import type { Consents } from '../consent/consents.service.js';
import type { SessionEndings } from '../endings/session-endings.service.js';
import type { Faults } from '../faults/faults.js';
import type { AnswerProof } from '../interaction/answer-proof.js';
import { ENABLED_ALGORITHMS } from '../keys/enabled-algorithms.js';
import { interactionPath } from '../interaction/interaction-path.js';
import type { RememberedAccounts } from '../interaction/remembered-accounts.js';
import { MFA_ACR } from '../mfa/mfa-prompt.js';
import { needsNoQuestion } from '../logout/hint.js';
import { logoutPage, signedOutPage } from '../logout/logout-pages.js';
import { errorPage } from '../page/error-page.js';
import { type SessionLimits, sessionTtlS } from '../sessions/session-lifetime.js';
import { apiTokens, sidClaim } from './api-tokens.js';
import { allowsOrigin } from './client-origins.js';
import { judgeResponseTypes } from '../account-page/account-client.js';
import type { SessionDevices } from '../sessions/session-devices.service.js';
import { cookieRules, cookieSettings } from './cookies.js';
import { discoveryExtras } from './discovery-extras.js';
import { findAccount } from './find-account.js';
import { outgoingFetch } from './outgoing-fetch.js';
import type { RegisteredOrigins } from './registered-origins.js';
import { OUTLIVES_SESSION_S, refreshTokenTtlS, rotates } from './refresh-rules.js';
import { GRANT_SLACK_S, storedGrant } from './session-grant.js';
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
  readonly clock: Clock;
  readonly adapter: AdapterFactory;
  readonly accounts: Accounts;
  readonly clients: ClientRegistry;
  readonly consents: Consents;
  readonly remembered: RememberedAccounts;
  readonly endings: Pick<SessionEndings, 'end'>;
  readonly answerProof: AnswerProof;
  readonly origins: RegisteredOrigins;
  readonly devices: SessionDevices;
  /** private keys: the first one signs */
  readonly jwks: JWKS;
  /** for tests alone: faults on order */
  readonly faults: Faults | undefined;
}

/** Gives the engine's whole configuration. Whatever is not named here has the engine's default. */
export function providerConfiguration({
  config,
  clock,
  adapter,
  accounts,
  clients,
  consents,
  remembered,
  jwks,
  faults,
}: EngineParts): Configuration {
  const outgoing = outgoingFetch(config.IDP_PRIVATE_HOSTS_ALLOWED);
  return {
    adapter,
    clients: [...clients.configured],
    jwks,
    enabledJWA: ENABLED_ALGORITHMS,
    extraClientMetadata: {
      properties: SETTING_NAMES,
      validator: (_ctx, name, value, metadata) => {
        judgeSetting(name, value, metadata);
        judgeResponseTypes(metadata);
      },
    },
    routes: ROUTES,
    cookies: cookieSettings(cookieRules(config), config.IDP_COOKIE_KEYS),
    clockTolerance: CLOCK_TOLERANCE_S,
    findAccount: (_ctx, sub) => findAccount(accounts, sub),
    interactions: {
      policy: signInPolicy({ consents, remembered }),
      url: (_ctx, { uid, prompt }) => interactionPath(uid, prompt.name),
    },
    renderError: (ctx, { error, error_description }) => {
      showPage(ctx, errorPage(error, error_description));
    },
    fetch: faults?.fetch(outgoing) ?? outgoing,
    clientBasedCORS: allowsOrigin,
    ...claims(),
    ...clientRules(config),
    ...lifetimes(config, clock),
    features: features(config),
    extraParams: { audience: null }, // Auth0's name for a resource; any other unknown parameter is ignored as well
    extraTokenClaims: (_ctx, token) => sidClaim(token),
    discovery: discoveryExtras(config.IDP_ISSUER),
  };
}

function claims(): Configuration {
  return {
    scopes: ['openid', 'offline_access'],
    claims: {
      openid: ['sub', 'acr', 'amr'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    acrValues: [MFA_ACR],
    conformIdTokenClaims: false, // name and email stand in the ID token: a gateway needs no second request
  };
}

function clientRules({ SESSION_ABSOLUTE_S }: IdpConfig): Configuration {
  return {
    clientDefaults: {
      require_auth_time: true,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      response_modes: ['query', 'fragment', 'form_post'], // web_message only for a client that lists it
      id_token_signed_response_alg: 'RS256', // whatever keys there are: an id_token_hint is judged by it too
    },
    responseTypes: ['code', 'id_token', 'id_token token', 'none'], // a client has those that it lists
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: { required: (_ctx, client) => requiresPkce(client) },
    allowOmittingSingleRegisteredRedirectUri: false,
    loadExistingGrant: (ctx) => storedGrant(ctx, SESSION_ABSOLUTE_S),
    // Also without offline_access: those tokens live no longer than the session, by the engine's expiresWithSession.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: ({ oidc: { client } }) => client !== undefined && rotates(client),
  };
}

function lifetimes(limits: SessionLimits, clock: Clock): Configuration {
  return {
    ttl: {
      AccessToken: (_ctx, { resourceServer }) => resourceServer?.accessTokenTTL ?? 5 * MINUTE_S,
      AuthorizationCode: MINUTE_S,
      IdToken: 5 * MINUTE_S,
      Interaction: 10 * MINUTE_S,
      RefreshToken: (_ctx, token, client) => refreshTokenTtlS(token, client),
      // Only the authorization endpoint uses a session; the logout pages leave its end where it is.
      Session: ({ oidc }, session) => sessionTtlS(limits, session, clock.now(), !oidc.route.startsWith('end_session')),
      Grant: OUTLIVES_SESSION_S + GRANT_SLACK_S, // or a token would die of its grant while its session lives
    },
  };
}

function features({ IDP_APIS }: IdpConfig): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: apiTokens(IDP_APIS),
    backchannelLogout: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => mayIntrospect(client, token.clientId) },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        showPage(ctx, logoutPage(form, needsNoQuestion(ctx)));
      },
      postLogoutSuccessSource: (ctx) => {
        showPage(ctx, signedOutPage());
      },
    },
    webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
  };
}
