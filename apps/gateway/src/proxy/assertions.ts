import { type AssertionKey, signAssertion } from '#oidc';
import { type Clock, RecentlyUsed, type SsoSession } from '#session';

/** Of the 60 seconds of an assertion, as long as it may be given again: the rest is for the way to the service. */
const REUSED_MS = 30_000;
const MOST = 10_000;

interface Signed {
  readonly facts: string;
  readonly at: number;
  readonly assertion: Promise<string>;
}

/** Signs what the gateway tells services about sessions, and gives it again while it is fresh. */
export class Assertions {
  /** by session and service */
  private readonly signed = new RecentlyUsed<Signed>(MOST);

  constructor(
    private readonly gatewayUrl: string,
    private readonly key: AssertionKey,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives an assertion of `session` for `service`: one audience, good for 30 to 60 seconds. The caller has read the session
   * for this very request; an earlier assertion is given again only while it says the same.
   */
  async sign(session: SsoSession, service: string): Promise<string> {
    const now = this.clock.now();
    const name = `${session.sid} ${service}`;
    const { sid, iss: idp, sub, clientId, openedAt, expiresAt, authTime, acr, idpCheckedAt } = session;
    const claims = { sid, idp, sub, clientId, openedAt, expiresAt, authTime, acr, idpCheckedAt };
    const facts = JSON.stringify(claims);
    const known = this.signed.get(name);
    if (known?.facts === facts && isWithin(now.getTime() - known.at, REUSED_MS)) return known.assertion;
    const assertion = signAssertion({ iss: this.gatewayUrl, aud: service, ...claims }, this.key, now);
    this.signed.set(name, { facts, at: now.getTime(), assertion });
    return assertion;
  }
}

function isWithin(ms: number, limitMs: number): boolean {
  return ms >= 0 && ms < limitMs;
}
