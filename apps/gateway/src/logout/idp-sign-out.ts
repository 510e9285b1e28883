import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { randomToken } from '#oidc';
import { Clock, LogoutTransactions, reasonOf } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import type { SignedOut } from './sign-out.js';

/** Who goes on to the IdP, and where they want to be afterwards. */
export interface Leaving extends SignedOut {
  readonly frontEnd: FrontEnd;
  readonly browser: string;
  readonly returnUrl: string;
}

const DISCOVERY_MS = 3_000;
const WAY_BACK_MS = 60 * 60_000;

/** Where a browser goes on to sign out at the IdP too. */
@Injectable()
export class IdpSignOut {
  private readonly logger = new Logger(IdpSignOut.name);

  constructor(
    private readonly transactions: LogoutTransactions,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives the address; undefined when the IdP has none or can't be asked. Nothing here can fail: the session has ended.
   *
   * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout 2}
   */
  async urlFor(leaving: Leaving): Promise<string | undefined> {
    const { idp, postLogoutRedirectUri } = leaving.frontEnd;
    const endpoint = await this.endpointOf(leaving.frontEnd);
    if (endpoint === undefined) return undefined;
    const url = new URL(endpoint);
    if (leaving.idTokenHint !== undefined) url.searchParams.set('id_token_hint', leaving.idTokenHint);
    url.searchParams.set('client_id', idp.clientId);
    url.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri);
    const state = await this.wayBack(leaving);
    if (state !== undefined) url.searchParams.set('state', state);
    return url.href;
  }

  private async endpointOf({ idp }: FrontEnd): Promise<string | undefined> {
    const stop = new AbortController();
    const late = setTimeout(DISCOVERY_MS, undefined, { signal: stop.signal }).then(
      () => Promise.reject(new Error('discovery takes too long')),
      () => undefined,
    );
    try {
      return (await Promise.race([idp.client.metadata(), late]))?.endSessionEndpoint;
    } catch (error) {
      this.logger.warn(`logout.idp.unavailable idp=${idp.name} reason=${reasonOf(error)}`);
      return undefined;
    } finally {
      stop.abort();
    }
  }

  /** Without it the person lands on the usual page: that is all that is lost. */
  private async wayBack({ frontEnd, browser, returnUrl, logoutId }: Leaving): Promise<string | undefined> {
    const state = randomToken();
    const expiresAt = new Date(this.clock.now().getTime() + WAY_BACK_MS);
    try {
      await this.transactions.put(state, browser, { frontEnd: frontEnd.base, returnUrl, logoutId }, expiresAt);
      return state;
    } catch (error) {
      this.logger.warn(`logout.state.failed reason=${reasonOf(error)}`);
      return undefined;
    }
  }
}
