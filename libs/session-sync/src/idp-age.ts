import type { Clock, SessionClaim } from '#session';
import { SessionRefused } from './session-refusals.js';

/** Says whether the IdP has confirmed a session lately enough. Its opening was a confirmation too. */
export class IdpAge {
  constructor(private readonly clock: Clock) {}

  /** @throws SessionRefused `idp-check-too-old`, with where a silent sign-in begins at the gateway's front end */
  assert({ idpCheckedAt, openedAt }: SessionClaim, maxAgeMs: number): void {
    const checkedAt = idpCheckedAt ?? openedAt;
    if (this.clock.now().getTime() - checkedAt.getTime() <= maxAgeMs) return;
    const maxIdpAgeS = Math.max(1, Math.floor(maxAgeMs / 1000));
    throw new SessionRefused('idp-check-too-old', {
      idpCheckedAt: checkedAt.toISOString(),
      maxIdpAgeS,
      silentLoginUrl: `/bff/silent-login?max_idp_age=${maxIdpAgeS}`,
      loginUrl: `/bff/login?prompt=none&max_idp_age=${maxIdpAgeS}`,
    });
  }
}
