import type Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import type { IdpConfig } from '../config.js';
import { hostCookie, pathCookie } from './cookie-text.js';

type Cookies = NonNullable<Configuration['cookies']>;

/** What the cookies' attributes depend on. */
export interface CookieRules {
  readonly https: boolean;
  /** frames on other sites get the cookies too, where the browser lets them */
  readonly crossSite: boolean;
}

/** What browsers are told of a cookie that belongs to a session. */
export interface CookieAttributes {
  readonly sameSite: 'lax' | 'none';
  readonly secure: boolean;
}

/** Gives the rules that the configuration asks for. */
export function cookieRules(config: Pick<IdpConfig, 'IDP_ISSUER' | 'IDP_CROSS_SITE_FRAMES'>): CookieRules {
  return { https: config.IDP_ISSUER.startsWith('https:'), crossSite: config.IDP_CROSS_SITE_FRAMES };
}

/**
 * Gives what every cookie has that belongs to a session. `Lax`, so a silent sign-in in a frame works on the same site only
 * and elsewhere the top-level redirect does; or `None`, which browsers take with `Secure` alone. Chromium and
 * Firefox keep a `Secure` cookie of plain http on loopback, nowhere else; see `plain-http-cookies.ts` for the others.
 */
export function sessionCookieAttributes({ https, crossSite }: CookieRules): CookieAttributes {
  return { sameSite: crossSite ? 'none' : 'lax', secure: https || crossSite };
}

/** Whether cookies are `Secure` where nothing else is: browsers differ in what they do with them. */
export function sendsSecureOverPlainHttp(rules: CookieRules): boolean {
  return !rules.https && sessionCookieAttributes(rules).secure;
}

/** Gives names and attributes of the engine's cookies. */
export function cookieSettings(rules: CookieRules, keys: readonly string[]): Cookies {
  const attributes = { httpOnly: true, ...sessionCookieAttributes(rules), signed: true, overwrite: true } as const;
  return {
    keys: [...keys],
    names: cookieNames(rules.https),
    long: { ...attributes, path: '/' },
    short: attributes,
  };
}

/**
 * Gives the cookies' names. Every name says whose it is: on one host, all ports share their cookies. The two of an
 * interaction have a path of their own.
 */
function cookieNames(https: boolean): Record<'session' | 'interaction' | 'resume', string> {
  return {
    session: hostCookie('idp_session', https),
    interaction: pathCookie('idp_interaction', https),
    resume: pathCookie('idp_resume', https),
  };
}

/** Lets the engine set `Secure` cookies on plain http. Its cookie library refuses to, and does not know of loopback. */
export function sendSecureCookies(provider: Provider): void {
  const createContext = provider.createContext.bind(provider);
  provider.createContext = (request, response) => {
    const ctx = createContext(request, response);
    ctx.cookies.secure = true;
    return ctx;
  };
}
