import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** A step around the engine's own. What it sees of the engine's context is there only after `next()`. */
export type Middleware = Parameters<Provider['use']>[0];

type Context = Parameters<Middleware>[0];

/** Says whether one of the engine's endpoints took the request. */
export function isAnswered(ctx: Context): ctx is Context & KoaContextWithOIDC {
  return 'oidc' in ctx;
}
