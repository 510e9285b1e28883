import type { ExecutionContext } from '@nestjs/common';
import { parseSid, parseSub, type SessionClaim } from '#session';
import { z } from 'zod';
import { requestOf } from './carrier.js';
import { type CredentialFactory, type CredentialParts, SessionCredential } from './session-credential.js';

/** A session store writes dates as texts. */
const Moment = z.union([z.date(), z.iso.datetime().transform((text) => new Date(text))]);
const Claim = z.object({
  iss: z.string().min(1),
  sid: z.string().transform((text, ctx) => parseSid(text) ?? refused(ctx)),
  sub: z.string().transform((text, ctx) => parseSub(text) ?? refused(ctx)),
  openedAt: Moment,
  expiresAt: Moment,
  authTime: Moment.nullish().transform((moment) => moment ?? undefined),
  idpCheckedAt: Moment.nullish().transform((moment) => moment ?? undefined),
});

function refused(ctx: z.RefinementCtx<string>): never {
  ctx.addIssue('not an id');
  return z.NEVER;
}

/**
 * The service's own cookie session, such as express-session's: `ownSession((request) => request.session.sso)`. The service
 * puts the claim there itself, once, as `AssertionVerifier.claim` gives it; what is no claim any more counts as nobody.
 */
export const ownSession =
  (claimIn: (request: never) => unknown): CredentialFactory =>
  ({ trusts }) =>
    new OwnSession(claimIn, trusts);

class OwnSession extends SessionCredential {
  constructor(
    private readonly claimIn: (request: never) => unknown,
    private readonly trusts: CredentialParts['trusts'],
  ) {
    super();
  }

  claim(context: ExecutionContext): SessionClaim | undefined {
    const request = requestOf(context);
    const kept = request === undefined ? undefined : this.claimIn(request as never);
    if (kept === undefined || kept === null) return undefined;
    const claim = Claim.safeParse(kept).data;
    return claim !== undefined && this.trusts(claim.iss) ? claim : undefined;
  }
}
