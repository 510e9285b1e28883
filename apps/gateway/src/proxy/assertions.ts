import { type AssertionKey, signAssertion } from '#oidc';
import type { Clock, SsoSession } from '#session';

/** Signs what the gateway tells services about sessions. */
export class Assertions {
  constructor(
    private readonly gatewayUrl: string,
    private readonly key: AssertionKey,
    private readonly clock: Clock,
  ) {}

  /** Gives an assertion of `session` for `service`: 60 seconds, one audience. */
  async sign(session: SsoSession, service: string): Promise<string> {
    const { sid, iss: idp, sub, clientId, openedAt, expiresAt, authTime } = session;
    const assertion = { iss: this.gatewayUrl, aud: service, sid, idp, sub, clientId, openedAt, expiresAt, authTime };
    return signAssertion(assertion, this.key, this.clock.now());
  }
}
