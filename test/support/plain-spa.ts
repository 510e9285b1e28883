import { afterAll, beforeAll } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import type { BrowserContext } from 'playwright-core';
import { DirectTab } from './direct-tab.js';
import { PlainProvider } from './plain-provider.js';
import { type SpaSite, startSpaSite } from './spa-site.js';

const CLIENT = 'page.42';
const noForm = (): never => {
  throw new Error('this identity provider has no form');
};

/** An IdP that is not ours, as somebody else may have configured it for pages, and the site of such pages. */
export class PlainSpa {
  constructor(
    readonly provider: PlainProvider,
    readonly site: SpaSite,
  ) {}

  /** Opens the app in a tab of its own. */
  open(context: BrowserContext, options: Readonly<Record<string, unknown>> = {}): Promise<DirectTab> {
    const idp = { issuer: this.provider.issuer, person: noForm };
    return DirectTab.open(context, idp, this.site.local, options, CLIENT);
  }

  /** Signs ana in, in a tab that is closed: so the browser has a session at the IdP. */
  async anaWasHere(context: BrowserContext): Promise<void> {
    const tab = await this.open(context, { silent: false });
    await tab.call('signIn() && undefined');
    await tab.until("state.silent?.via === 'redirect' && state.status === 'signed_in'");
    await tab.page.close();
  }

  /** Opens the app where ana is signed in. */
  async openSignedIn(context: BrowserContext, options: Readonly<Record<string, unknown>> = {}): Promise<DirectTab> {
    const tab = await this.open(context, options);
    await tab.until("state.status === 'signed_in'");
    return tab;
  }

  /** Ends the session at the IdP, which tells nobody. */
  async endQuietly(context: BrowserContext): Promise<void> {
    const cookie = (await context.cookies(this.provider.issuer)).find(({ name }) => name === 'plain_session');
    await this.provider.endQuietly(cookie?.value ?? '');
  }
}

/** Gives this suite such an IdP: other routes and algorithms than ours, no refresh tokens, access tokens of ten minutes. */
export function plainSpaForSuite(): () => PlainSpa {
  let spa: PlainSpa | undefined;
  beforeAll(async () => {
    const site = await startSpaSite();
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: '2026', alg: 'ES256', use: 'sig' };
    const client = {
      ...{
        client_id: CLIENT,
        token_endpoint_auth_method: 'none' as const,
        id_token_signed_response_alg: 'ES256' as const,
      },
      ...{ redirect_uris: [`${site.local}/callback.html`], post_logout_redirect_uris: [`${site.local}/gone.html`] },
    };
    const provider = await PlainProvider.start(() => [], {
      ...{ jwks: { keys: [jwk] }, clients: [client], clientBasedCORS: () => true },
      // the clocks of pages are moved on, and what is issued then must not have expired there
      ttl: { Session: 7200, Grant: 7200, Interaction: 600, AccessToken: 600, IdToken: 7200, AuthorizationCode: 60 },
      routes: { authorization: '/start', token: '/exchange', end_session: '/bye', jwks: '/keys' },
      features: {
        devInteractions: { enabled: false },
        webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
      },
    });
    spa = new PlainSpa(provider, site);
  });
  afterAll(async () => {
    await spa?.provider.stop();
    await spa?.site.close();
  });
  return () => spa!;
}
