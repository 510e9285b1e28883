import { afterAll, beforeAll } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { type ClientMetadata, type Configuration, interactionPolicy } from 'oidc-provider';
import type { Browser, Page } from '../../scripts/demo/browser.js';
import type { HtmlForm } from '../../scripts/demo/html-form.js';
import { gatewayClient } from '../../scripts/compose/gateway-client.js';
import { browserIdpForSuite } from './browser-idp.js';
import { PlainProvider } from './plain-provider.js';

/** An IdP that the flows of people are run against. Everybody of it is called by their login, such as `ana`. */
export interface FlowIdp {
  readonly issuer: string;
  /** the IdP in the front ends' file; its secret is in `CLIENT_SECRET` */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly secret: string;
  /** where people sign out here, without any app */
  readonly signOutUrl: string;
  /** how often somebody has proved here who they are */
  readonly authentications: number;
  /** what it says of a silent request about one person in a browser where another one is signed in */
  readonly ofAnother: 'login_required' | 'account_changed';
  readonly subOf: (login: string) => string;
  /** Goes to an address as `login` does: signs in where asked, says yes to a sign-out, and ends where that leads. */
  readonly travel: (browser: Browser, url: string, login: string) => Promise<Page>;
}

/** The addresses of a gateway, before it runs. */
export interface FlowAddresses {
  readonly a: string;
  readonly b: string;
}

const SECRET = 'a-secret-of-the-test-that-is-long-enough';
const LONGEST_WAY = 6;

/** Gives this suite the IdP of this repository, as the demo configures it, with its real pages. */
export function ownIdpForSuite({ a, b }: FlowAddresses): () => FlowIdp {
  const client = gatewayClient({ frontEnds: [a, b], gateway: a }, SECRET);
  const idp = browserIdpForSuite({ IDP_CLIENTS: JSON.stringify([client]) });
  let authentications = 0;
  const passwordForm = (login: string) => (browser: Browser, page: Page, form: HtmlForm) => {
    authentications += 1;
    return browser.submit(page, form, { text: login, password: idp().person(login).password });
  };
  return () => ({
    issuer: idp().issuer,
    entry: {
      ...{ issuer: idp().issuer, refreshTokens: 'stay', tokensEndWithSession: true },
      client: { id: client.client_id, secret: { env: 'CLIENT_SECRET' } },
    },
    secret: SECRET,
    signOutUrl: `${idp().issuer}oidc/logout`,
    get authentications() {
      return authentications;
    },
    ofAnother: 'login_required',
    subOf: (login) => idp().person(login).sub,
    travel: (browser, url, login) => goThrough(browser, url, idp().issuer, passwordForm(login)),
  });
}

/** Gives this suite `oidc-provider` as somebody else may have configured it: other names, algorithms and habits than ours. */
export function plainIdpForSuite({ a, b }: FlowAddresses): () => FlowIdp {
  let provider: PlainProvider | undefined;
  beforeAll(async () => {
    provider = await PlainProvider.start(() => [], await otherHabits([a, b]));
  });
  afterAll(() => provider?.stop());
  return () => ({
    issuer: provider!.issuer,
    entry: {
      ...{ issuer: provider!.issuer, refreshTokens: 'rotate', algorithm: 'ES256' },
      client: { id: 'portal.42', auth: 'client_secret_post', secret: { env: 'CLIENT_SECRET' } },
    },
    secret: SECRET,
    signOutUrl: `${provider!.issuer}/bye`,
    get authentications() {
      return provider!.signIns;
    },
    ofAnother: 'account_changed',
    subOf: (login) => login,
    travel: (browser, url, login) => {
      provider!.visitor = login;
      return goThrough(browser, url, provider!.issuer);
    },
  });
}

async function otherHabits([a = '', b = '']: readonly string[]): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: '2026', alg: 'ES256', use: 'sig' };
  const client: ClientMetadata = {
    ...{ client_id: 'portal.42', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' },
    ...{ grant_types: ['authorization_code', 'refresh_token'], id_token_signed_response_alg: 'ES256' },
    ...{ redirect_uris: [`${a}/bff/callback`, `${b}/bff/callback`] },
    ...{ post_logout_redirect_uris: [`${a}/bff/signed-out`, `${b}/bff/signed-out`] },
    // the address of the other front end than our own IdP's
    ...{ backchannel_logout_uri: `${b}/bff/backchannel`, backchannel_logout_session_required: true },
  };
  const policy = interactionPolicy.base();
  policy.get('login')?.checks.remove('id_token_hint'); // it answers for whoever is signed in
  return {
    jwks: { keys: [jwk] },
    clients: [client],
    routes: { authorization: '/start', token: '/exchange', end_session: '/bye', jwks: '/keys', revocation: '/forget' },
    features: {
      ...{ devInteractions: { enabled: false }, introspection: { enabled: true }, revocation: { enabled: true } },
      ...{ backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      pushedAuthorizationRequests: { enabled: true },
    },
    interactions: { policy, url: (_, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: () => Promise.resolve(true),
    rotateRefreshToken: true,
  };
}

export type SignInForm = (browser: Browser, page: Page, form: HtmlForm) => Promise<Page>;

/** Does what each page of the IdP asks for, also what a page's script does by itself, until one asks for nothing. */
export async function goThrough(browser: Browser, url: string, issuer: string, signIn?: SignInForm): Promise<Page> {
  let page = await browser.open(url);
  for (let pages = 0; pages < LONGEST_WAY && page.url.origin === new URL(issuer).origin; pages += 1) {
    const next = await answerPage(browser, page, signIn);
    if (next === undefined) return page;
    page = next;
  }
  return page;
}

async function answerPage(browser: Browser, page: Page, signIn?: SignInForm): Promise<Page | undefined> {
  const password = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
  if (password !== undefined && signIn !== undefined) return signIn(browser, page, password);
  const signOut = page.forms.find(({ buttons }) => buttons.some(({ name }) => name === 'logout'));
  if (signOut !== undefined) return browser.submit(page, signOut, {}, 'logout');
  const [form] = page.forms;
  const goesOn = page.html.includes('document.forms[0].submit()');
  return form !== undefined && goesOn ? browser.submit(page, form) : undefined;
}
