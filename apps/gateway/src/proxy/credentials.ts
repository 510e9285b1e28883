import { problem } from '#http';
import type { BrowserSession } from '#session';
import type { FrontEnd, Service } from '../front-ends/front-end.js';
import { signInAddresses } from '../http/idp-age.js';
import type { AccessTokens } from '../tokens/access-tokens.js';
import type { Assertions } from './assertions.js';

/** What the gateway puts in `Authorization` towards a service. */
export class Credentials {
  constructor(
    private readonly assertions: Assertions,
    private readonly accessTokens: AccessTokens,
  ) {}

  /** @throws Problem 401 `sign-in-needed` or 503 `idp-unavailable`, where the service wants the IdP's access token */
  async of(session: BrowserSession, service: Service, frontEnd: Pick<FrontEnd, 'path'>): Promise<string | undefined> {
    switch (service.credential) {
      case 'none':
        return undefined;
      case 'assertion':
        return `Bearer ${await this.assertions.sign(session.sso, service.name)}`;
      case 'access_token':
        return `Bearer ${await this.accessTokenOf(session, frontEnd)}`;
    }
  }

  private async accessTokenOf({ sso }: BrowserSession, frontEnd: Pick<FrontEnd, 'path'>): Promise<string> {
    const answer = await this.accessTokens.of(sso);
    switch (answer.kind) {
      case 'token':
        return answer.token;
      case 'sign_in_needed':
        throw problem(
          401,
          'sign-in-needed',
          "The IdP's tokens can't be renewed; sign in again, silently first",
          undefined,
          signInAddresses(frontEnd),
        );
      case 'unavailable':
        throw problem(503, 'idp-unavailable', "The IdP can't be asked at the moment");
    }
  }
}
