import type { ExecutionContext } from '@nestjs/common';
import type { SessionClaim } from '#session';
import { carrierOf, rememberedClaim, rememberClaim } from './carrier.js';
import { type CredentialFactory, type CredentialParts, SessionCredential } from './session-credential.js';

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * The gateway's assertion, as it comes in `Authorization: Bearer`: of the request, of a WebSocket's upgrade, or of an RPC
 * message's headers. A socket lives longer than an assertion: what it came with is verified once.
 */
export const assertionCredential =
  (): CredentialFactory =>
  ({ verified }) =>
    new AssertionCredential(verified);

class AssertionCredential extends SessionCredential {
  constructor(private readonly verified: CredentialParts['verified']) {
    super();
  }

  claim(context: ExecutionContext): SessionClaim | undefined | Promise<SessionClaim | undefined> {
    if (context.getType() !== 'ws') return this.shown(carrierOf(context).authorization);
    const client = context.switchToWs().getClient<object>();
    const known = rememberedClaim(client);
    if (known !== undefined) return known;
    return this.ofSocket(client, carrierOf(context).authorization);
  }

  private async ofSocket(client: object, header: unknown): Promise<SessionClaim | undefined> {
    const claim = await this.shown(header);
    if (claim !== undefined) rememberClaim(client, claim);
    return claim;
  }

  private shown(header: unknown): SessionClaim | undefined | Promise<SessionClaim | undefined> {
    const token = typeof header === 'string' ? BEARER.exec(header)?.[1] : undefined;
    return token === undefined ? undefined : this.verified(token);
  }
}
