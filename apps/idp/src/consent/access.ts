import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';

/** What a client may have of a person. */
export const Access = z.object({
  /** scopes of OpenID Connect, such as `email` */
  scopes: z.array(z.string()),
  /** identifier of an API -> scopes of it */
  resourceScopes: z.record(z.string(), z.array(z.string())),
});

/** The same, read. */
export type Access = Readonly<z.infer<typeof Access>>;

/** Gives what the request asks for, of all that there is. */
export function askedAccess({ oidc }: Pick<KoaContextWithOIDC, 'oidc'>): Access {
  const asked = [...oidc.requestParamScopes];
  const apis = Object.entries(oidc.resourceServers ?? {});
  return {
    scopes: [...oidc.requestParamOIDCScopes],
    resourceScopes: Object.fromEntries(
      apis.map(([api, { scope }]) => [api, asked.filter((one) => scope.split(' ').includes(one))]),
    ),
  };
}

/** Says whether all of `asked` was let go before. An API counts even when none of its scopes is asked for. */
export function covers(given: Access | undefined, asked: Access): boolean {
  if (given === undefined) return false;
  return (
    isWithin(asked.scopes, given.scopes) &&
    Object.entries(asked.resourceScopes).every(([api, scopes]) => {
      const before = Object.hasOwn(given.resourceScopes, api) ? given.resourceScopes[api] : undefined;
      return before !== undefined && isWithin(scopes, before);
    })
  );
}

/** Gives both together, each scope once. */
export function joined(one: Access | undefined, other: Access): Access {
  if (one === undefined) return other;
  const apis = [...new Set([...Object.keys(one.resourceScopes), ...Object.keys(other.resourceScopes)])];
  return {
    scopes: union(one.scopes, other.scopes),
    resourceScopes: Object.fromEntries(
      apis.map((api) => [api, union(one.resourceScopes[api] ?? [], other.resourceScopes[api] ?? [])]),
    ),
  };
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}

function isWithin(asked: readonly string[], given: readonly string[]): boolean {
  return asked.every((scope) => given.includes(scope));
}
