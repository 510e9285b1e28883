import type { Idp } from '../idps/idp.js';

/** A service behind `/bff/api/<name>/`. */
export interface Service {
  readonly name: string;
  readonly origin: string;
  /** paths that may be asked for, by prefix */
  readonly paths: readonly string[];
  readonly credential: 'assertion' | 'access_token' | 'none';
  /** the IdP must have confirmed the session within that time */
  readonly maxIdpAgeMs: number | undefined;
  readonly timeoutMs: number;
}

/** Where a front end's pages come from. */
export type Pages =
  | { readonly kind: 'folder'; readonly folder: string; readonly fallback: string | undefined }
  | { readonly kind: 'upstream'; readonly origin: string };

/** One site that the gateway serves: a host, and a path prefix where several share one. */
export interface FrontEnd {
  /** as a browser writes it: `https://app.example.com` */
  readonly origin: string;
  /** `''`, or the prefix: `/shop` */
  readonly path: string;
  /** `origin` and `path`: names the front end in the database too */
  readonly base: string;
  /** the one redirect URI of all flows */
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  readonly idp: Idp;
  readonly scope: string;
  readonly audience: string | undefined;
  readonly acrValues: readonly string[] | undefined;
  readonly maxAgeS: number | undefined;
  /** https: cookies are Secure and named `__Host-` */
  readonly secure: boolean;
  readonly cookie: { readonly name: string; readonly sameSite: 'lax' | 'strict' };
  readonly session: { readonly ttlMs: number; readonly idleMs: number };
  readonly silentCoolDownMs: number;
  /** origins whose pages may embed the silent sign-in, its own among them */
  readonly embedding: ReadonlySet<string>;
  readonly afterLogout: string;
  /** a proxy in front asks `/bff/verify`, and keeps it from browsers */
  readonly forwardAuth: boolean;
  readonly services: ReadonlyMap<string, Service>;
  readonly pages: Pages | undefined;
}

/** Gives an address of the gateway's own under this front end: `/bff/login` becomes `/shop/bff/login`. */
export function pathAt({ path }: Pick<FrontEnd, 'path'>, own: string): string {
  return `${path}${own}`;
}
