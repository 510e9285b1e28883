import { safeReturnUrl } from '#oidc';
import type { FrontEnd } from '../front-ends/front-end.js';

/**
 * Gives where a browser signs in and comes back from to the page that it wanted. Whole, since some proxies complete a
 * relative address with a name that no browser knows.
 *
 * A page that a silent sign-in has just come back to, as `?silent=` in its address says, gets the sign-in with a page: nobody
 * is sent round for ever.
 *
 * @param silently how the sign-in is tried without a page first; undefined: not at all
 */
export function signInUrl(
  { origin, base }: FrontEnd,
  uri: string | undefined,
  silently: { readonly maxIdpAgeS: number | undefined } | undefined,
): string {
  const back = new URL(safeReturnUrl(uri, origin), origin);
  const hasTried = back.searchParams.has('silent');
  if (hasTried) back.searchParams.delete('silent');
  const query = new URLSearchParams({ returnUrl: `${back.pathname}${back.search}` });
  if (silently !== undefined && !hasTried) {
    query.set('prompt', 'none');
    if (silently.maxIdpAgeS !== undefined) query.set('max_idp_age', String(silently.maxIdpAgeS));
  }
  return `${base}/bff/login?${query.toString()}`;
}
