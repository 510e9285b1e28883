import { createRemoteJWKSet } from 'jose';
import { type AssertionClaims, OidcError, verifyAssertion } from '#oidc';
import type { Clock } from '#session';

/** Whose assertions a service believes. */
export interface AssertionSource {
  /** the gateway: `iss` of its assertions */
  readonly gateway: string;
  readonly jwksUrl: string;
  /** this service: `aud` */
  readonly service: string;
  /** the IdP whose people may come in (SVC-11) */
  readonly trustedIssuer: string;
}

/** Verifies the gateway's assertions with the keys that it publishes. */
export class AssertionVerifier {
  private readonly keys;

  constructor(
    private readonly source: AssertionSource,
    private readonly clock: Clock,
  ) {
    this.keys = createRemoteJWKSet(new URL(source.jwksUrl), { timeoutDuration: 3_000, cooldownDuration: 5_000 });
  }

  /** @throws OidcError `OIDC_ASSERTION_INVALID`; any other error means that the keys could not be had */
  async verify(token: string): Promise<AssertionClaims> {
    const { gateway, service, trustedIssuer } = this.source;
    const claims = await verifyAssertion(token, this.keys, { iss: gateway, aud: service, now: this.clock.now() });
    if (claims.idp !== trustedIssuer)
      throw new OidcError('OIDC_ASSERTION_INVALID', 'the assertion is about a person of another issuer');
    return claims;
  }
}
