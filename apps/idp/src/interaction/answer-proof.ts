import { type CookieRules, sessionCookieAttributes } from '../authorize/cookies.js';
import { cookiesNamed, pathCookie, setCookie } from '../authorize/cookie-text.js';
import { ROUTES } from '../authorize/provider-configuration.js';
import { isSameText, keyedHash } from '../hashes.js';

/** As long as an interaction lives. */
const MAX_AGE_S = 600;

/**
 * Shows that a browser comes back with the answer that it gave itself. The engine knows an interaction by a cookie alone; a
 * site on another port of our host, or on a sibling host, could write its own one into a victim's browser, let the victim
 * sign in at it, and then come back itself. What is given here goes only to the browser that gave the answer.
 */
export class AnswerProof {
  constructor(
    private readonly secret: string,
    private readonly rules: CookieRules,
  ) {}

  /** Gives the `Set-Cookie` for the browser that has just answered. It is for the way back of this interaction alone. */
  cookieFor(uid: string): string {
    const path = `${ROUTES.authorization}/${uid}`;
    const attributes = { ...sessionCookieAttributes(this.rules), path, maxAgeS: MAX_AGE_S, httpOnly: true };
    return setCookie(this.name, this.valueFor(uid), attributes);
  }

  /** Says whether a `Cookie` header proves that this browser has answered. Takes the same time for every wrong one. */
  isIn(header: string | undefined, uid: string): boolean {
    return cookiesNamed(this.name, header).some((value) => isSameText(value, this.valueFor(uid)));
  }

  private get name(): string {
    return pathCookie('idp_answered', this.rules.https);
  }

  private valueFor(uid: string): string {
    return keyedHash(this.secret, `answered ${uid}`).toString('base64url');
  }
}
