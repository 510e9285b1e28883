import type { JWTVerifyGetKey } from 'jose';
import { type AssertionClaims, OidcError, verifyAssertion } from '#oidc';
import { type Clock, parseSid, parseSub, type SessionClaim } from '#session';
import { gatewayKeys } from './gateway-keys.js';
import { SessionRefused } from './session-refusals.js';
import { trustedBy } from './sync-settings.js';

/** Whose assertions a service believes. */
export interface AssertionSource {
  /** the gateway: `iss` of its assertions */
  readonly gateway: string;
  readonly jwksUrl: string;
  /** this service: `aud` */
  readonly service: string;
  /** the IdPs whose people may come in (SVC-11) */
  readonly trustedIssuer: string | readonly string[];
}

/** Verifies the gateway's assertions with the keys that it publishes. */
export class AssertionVerifier {
  private readonly keys: JWTVerifyGetKey;

  constructor(
    private readonly source: AssertionSource,
    private readonly clock: Clock,
  ) {
    this.keys = gatewayKeys(new URL(source.jwksUrl), clock);
  }

  /** @throws OidcError `OIDC_ASSERTION_INVALID`; any other error means that the keys could not be had */
  async verify(token: string): Promise<AssertionClaims> {
    const { gateway, service } = this.source;
    const claims = await verifyAssertion(token, this.keys, { iss: gateway, aud: service, now: this.clock.now() });
    if (!trustedBy(this.source)(claims.idp))
      throw new OidcError('OIDC_ASSERTION_INVALID', 'the assertion is about a person of another issuer');
    return claims;
  }

  /**
   * Gives what an assertion claims, in the form that a service may keep in a session of its own.
   *
   * @throws SessionRefused `not-signed-in` for what is not believed, `keys-unavailable` when that could not be found out
   */
  async claim(token: string): Promise<SessionClaim> {
    try {
      return claimOf(await this.verify(token));
    } catch (error) {
      throw new SessionRefused(error instanceof OidcError ? 'not-signed-in' : 'keys-unavailable');
    }
  }
}

/** Gives the claim of a verified assertion. @throws OidcError when its ids are none */
export function claimOf(claims: AssertionClaims): SessionClaim {
  const { idp: iss, openedAt, expiresAt, authTime, idpCheckedAt } = claims;
  const [sid, sub] = [parseSid(claims.sid), parseSub(claims.sub)];
  if (sid === undefined || sub === undefined)
    throw new OidcError('OIDC_ASSERTION_INVALID', 'the assertion is about no session or no person');
  return { iss, sid, sub, openedAt, expiresAt, authTime, idpCheckedAt };
}
