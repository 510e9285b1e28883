/** What is said of a cookie in `Set-Cookie`. */
export interface SetCookieAttributes {
  readonly sameSite: 'lax' | 'none';
  readonly secure: boolean;
  /** default `/` */
  readonly path?: string;
  /** 0 takes the cookie away; without it the cookie goes with the browser */
  readonly maxAgeS?: number;
  readonly httpOnly?: boolean;
}

/** Gives the name of a cookie of the whole host. On https no other host can set it; on plain http browsers refuse the prefix. */
export function hostCookie(name: string, https: boolean): string {
  return `${https ? '__Host-' : ''}${name}`;
}

/** Gives the name of a cookie with a path of its own, which `__Host-` forbids. */
export function pathCookie(name: string, https: boolean): string {
  return `${https ? '__Secure-' : ''}${name}`;
}

/** Gives the values that a `Cookie` header has under a name: several, when others have set one for another path. */
export function cookiesNamed(name: string, header: string | undefined): readonly string[] {
  const pairs = (header ?? '').split(/; */).filter((pair) => pair.startsWith(`${name}=`));
  return pairs.map((pair) => pair.slice(name.length + 1));
}

/** Gives a `Set-Cookie` header. The value must be made of characters that need no quoting. */
export function setCookie(name: string, value: string, attributes: SetCookieAttributes): string {
  const { sameSite, secure, path = '/', maxAgeS, httpOnly = false } = attributes;
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...(maxAgeS === undefined ? [] : [`Max-Age=${maxAgeS}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    `SameSite=${sameSite === 'none' ? 'None' : 'Lax'}`,
    ...(secure ? ['Secure'] : []),
  ].join('; ');
}
