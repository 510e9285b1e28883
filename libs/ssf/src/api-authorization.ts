import { z } from 'zod';
import { authenticate, type ClientAuthentication, type IdpAddress, IdpError, IdpHttp } from '#idp-client';
import type { Clock } from '#session';

/** What opens the transmitter's API to us. */
export interface ApiAuthorization {
  /** Gives the Authorization header. @throws IdpError `IDP_UNAVAILABLE` when there is none to be had */
  header(): Promise<string>;
  /** The API did not take it: what was remembered is of no use. */
  forget(): void;
}

/** A bearer token that somebody was given, and that stays. */
export class FixedToken implements ApiAuthorization {
  constructor(private readonly token: string) {}

  header(): Promise<string> {
    return Promise.resolve(`Bearer ${this.token}`);
  }

  forget(): void {
    // there is no other
  }
}

/** The client that gets tokens for the API, and where. */
export interface ApiClient extends IdpAddress {
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  readonly scope: string;
  /** Gives the token endpoint. @throws IdpError, OidcError when nobody knows it */
  readonly tokenEndpoint: () => Promise<string>;
}

const Answer = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive().default(300) });

/**
 * Tokens of the client credentials grant, each used for four fifths of its life.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749} §4.4
 */
export class ClientCredentials implements ApiAuthorization {
  private readonly http: IdpHttp;
  private known: { readonly header: string; readonly until: number } | undefined;

  constructor(
    private readonly client: ApiClient,
    private readonly clock: Clock,
  ) {
    this.http = new IdpHttp(client, clock);
  }

  async header(): Promise<string> {
    const now = this.clock.now();
    if (this.known === undefined || this.known.until <= now.getTime()) this.known = await this.ask(now);
    return this.known.header;
  }

  forget(): void {
    this.known = undefined;
  }

  private async ask(now: Date) {
    const { authentication, issuer, clientId, scope, tokenEndpoint } = this.client;
    const { parameters, headers } = await authenticate(authentication, { issuer, clientId, now });
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope, ...parameters });
    const answer = await this.http.send(await tokenEndpoint(), { method: 'POST', headers, body });
    if (answer.kind === 'unreachable')
      throw new IdpError('IDP_UNAVAILABLE', `the token endpoint of the SSF API can't be reached: ${answer.reason}`);
    const token = answer.status === 200 ? Answer.safeParse(answer.body).data : undefined;
    if (token === undefined)
      throw new IdpError('IDP_UNAVAILABLE', `the token endpoint of the SSF API gave no token: ${answer.status}`);
    return { header: `Bearer ${token.access_token}`, until: now.getTime() + token.expires_in * 800 };
  }
}
