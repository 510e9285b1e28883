import { hash } from 'node:crypto';
import { OidcError } from '#oidc';
import { type Clock, RecentlyUsed, type SessionClaim } from '#session';
import { type AssertionVerifier, claimOf } from './assertion-verifier.js';
import { SessionRefused } from './session-refusals.js';
import { SharedQuestions } from './shared-questions.js';

interface Verified {
  readonly claim: SessionClaim;
  readonly validUntilMs: number;
}

const MOST = 10_000;

/** Verifies each assertion once: what was verified is remembered by its hash until it expires, and no longer. */
export class VerifiedAssertions {
  private readonly known = new RecentlyUsed<Verified>(MOST);
  private readonly verifying = new SharedQuestions<SessionClaim | undefined>();

  constructor(
    private readonly verifier: Pick<AssertionVerifier, 'verify'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives what an assertion claims, at once when it was verified before; undefined when it is not believed.
   *
   * @throws SessionRefused `keys-unavailable`: it is neither good nor bad
   */
  verified(token: string): SessionClaim | undefined | Promise<SessionClaim | undefined> {
    const key = hash('sha256', token, 'base64url');
    const known = this.known.get(key);
    if (known !== undefined && known.validUntilMs > this.clock.now().getTime()) return known.claim;
    return this.verifying.answer(key, () => this.verify(token, key));
  }

  private async verify(token: string, key: string): Promise<SessionClaim | undefined> {
    try {
      const claims = await this.verifier.verify(token);
      const claim = claimOf(claims);
      this.known.set(key, { claim, validUntilMs: claims.validUntil.getTime() });
      return claim;
    } catch (error) {
      this.known.take(key);
      if (error instanceof OidcError) return undefined;
      throw new SessionRefused('keys-unavailable');
    }
  }
}
