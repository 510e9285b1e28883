import type { Configuration } from 'oidc-provider';

/**
 * Gives names and attributes of the cookies. On https the session's has the `__Host-` prefix; the two of an interaction
 * have a path of their own, which that prefix forbids. On plain http browsers would refuse both prefixes and `Secure`.
 * `Lax`, so a silent sign-in in a frame works on the same site only; elsewhere the top-level redirect does.
 */
export function cookieSettings(https: boolean, keys: readonly string[]): NonNullable<Configuration['cookies']> {
  const attributes = { httpOnly: true, sameSite: 'lax', secure: https, signed: true, overwrite: true } as const;
  return {
    keys: [...keys],
    names: cookieNames(https),
    long: { ...attributes, path: '/' },
    short: attributes,
  };
}

/** Gives the cookies' names. Every name says whose it is: on one host, all ports share their cookies. */
export function cookieNames(https: boolean): Record<'session' | 'interaction' | 'resume', string> {
  const scoped = https ? '__Secure-' : '';
  return {
    session: `${https ? '__Host-' : ''}idp_session`,
    interaction: `${scoped}idp_interaction`,
    resume: `${scoped}idp_resume`,
  };
}
