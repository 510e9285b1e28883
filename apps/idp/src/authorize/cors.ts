import type { Middleware } from './middleware.js';
import type { RegisteredOrigins } from './registered-origins.js';

const METHODS: Readonly<Record<string, string>> = { '/userinfo': 'GET, POST' };
const KEEP_S = 3600;

/**
 * Lets pages of registered origins, and of no others, call the endpoints of `paths`. The engine then judges the very client
 * that calls. Discovery and keys are the engine's alone, and open.
 *
 * @see {@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch} §3.2
 */
export function corsOfClients(paths: readonly string[], origins: RegisteredOrigins): Middleware {
  return async (ctx, next) => {
    const origin = ctx.get('origin');
    if (!paths.includes(ctx.path) || origin === '') {
      await next();
      return;
    }
    ctx.vary('Origin');
    const known = await origins.has(origin);
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204;
      if (!known) return;
      const asked = ctx.get('access-control-request-headers');
      ctx.set('access-control-allow-methods', METHODS[ctx.path] ?? 'POST');
      if (asked !== '') ctx.set('access-control-allow-headers', asked);
      ctx.set('access-control-max-age', String(KEEP_S));
      ctx.set('access-control-allow-origin', origin);
      ctx.set('access-control-allow-credentials', 'true');
      return;
    }
    await next();
    if (known && ctx.response.get('access-control-allow-origin') === origin) {
      ctx.set('access-control-allow-credentials', 'true'); // some clients fetch with credentials, though none is needed
      return;
    }
    for (const name of Object.keys(ctx.response.headers)) if (name.startsWith('access-control-')) ctx.remove(name);
  };
}
