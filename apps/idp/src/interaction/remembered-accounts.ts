import { z } from 'zod';
import { hostCookie } from '../authorize/cookie-text.js';
import { cookieRules, cookieSettings } from '../authorize/cookies.js';
import type { IdpConfig } from '../config.js';
import { jsonValue } from '../json-value.js';

const MOST = 5;
const Subs = jsonValue(z.array(z.string().max(255)).max(MOST));

/** The engine's cookies, or Koa's: signed with the first of the keys, verified with each of them. */
export interface SignedCookies {
  get(name: string, options: { readonly signed: true }): string | undefined;
  set(name: string, value: string | null, options: Readonly<Record<string, unknown>>): unknown;
}

/**
 * Who signed in to a browser and did not sign out, the newest first: a signed cookie that holds their subs. It signs nobody
 * in; it only makes the IdP ask when several come into question.
 */
export class RememberedAccounts {
  /**
   * @param name of the cookie
   * @param attributes those of the session's cookie
   */
  constructor(
    private readonly name: string,
    private readonly attributes: Readonly<Record<string, unknown>>,
    private readonly lifetimeS: number,
  ) {}

  /** Gives nobody for a cookie that is missing or not ours. */
  of(cookies: SignedCookies): readonly string[] {
    const value = cookies.get(this.name, { signed: true });
    return value === undefined ? [] : (Subs.safeParse(Buffer.from(value, 'base64url').toString()).data ?? []);
  }

  /** Adds a person who signed in. Whoever signed in longest ago is forgotten when there are too many. */
  remember(cookies: SignedCookies, sub: string): void {
    this.write(cookies, [sub, ...this.of(cookies).filter((one) => one !== sub)].slice(0, MOST));
  }

  /** Removes a person who signed out at this browser. */
  forget(cookies: SignedCookies, sub: string): void {
    const before = this.of(cookies);
    if (before.includes(sub))
      this.write(
        cookies,
        before.filter((one) => one !== sub),
      );
  }

  private write(cookies: SignedCookies, subs: readonly string[]): void {
    const value = Buffer.from(JSON.stringify(subs)).toString('base64url');
    const nobody = subs.length === 0;
    cookies.set(this.name, nobody ? null : value, {
      ...this.attributes,
      ...(nobody ? {} : { maxAge: this.lifetimeS * 1000 }),
    });
  }
}

/** Makes it as configured: the cookie has the attributes of the session's. */
export function rememberedAccounts(config: IdpConfig): RememberedAccounts {
  const rules = cookieRules(config);
  const { long } = cookieSettings(rules, []);
  return new RememberedAccounts(hostCookie('idp_accounts', rules.https), { ...long }, config.SESSION_IDLE_S);
}
