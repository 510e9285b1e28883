import type { FastifyRequest } from 'fastify';
import type { FrontEnd } from '../front-ends/front-end.js';

/** The request that a proxy asks about, as its headers tell. */
export interface AskedRequest {
  /** undefined: the proxy does not say, or says two things; then it counts as one that changes something */
  readonly method: string | undefined;
  /** path and query, as the browser sent them */
  readonly uri: string | undefined;
  readonly isWebSocket: boolean;
  /** a person's browser goes to a page: it can be sent to the sign-in */
  readonly isNavigation: boolean;
}

const SAFE: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Reads what Traefik and Caddy (X-Forwarded-*) or ingress controllers of nginx (X-Original-*) say. */
export function readAskedRequest({ headers }: Pick<FastifyRequest, 'headers'>): AskedRequest {
  const one = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const methods = new Set(['x-forwarded-method', 'x-original-method'].flatMap((name) => one(name) ?? []));
  const method = methods.size === 1 ? [...methods][0]?.toUpperCase() : undefined;
  const mode = one('sec-fetch-mode');
  const wantsPage = mode === undefined ? one('accept')?.includes('text/html') === true : mode === 'navigate';
  const isWebSocket = one('sec-websocket-key') !== undefined || one('upgrade')?.toLowerCase() === 'websocket';
  return {
    method,
    uri: one('x-forwarded-uri') ?? one('x-original-uri'),
    isWebSocket,
    isNavigation: wantsPage && !isWebSocket && (method === 'GET' || method === 'HEAD'),
  };
}

/**
 * Gives the paths that proxies and apps may take an address for: as it is, decoded, with slashes merged and dots resolved. None
 * for an address that is more than a path: the browser must not choose the host by it.
 */
export function readingsOf(uri: string): readonly string[] {
  const path = uri.replace(/[?#].*$/s, '');
  try {
    const decoded = decodeURIComponent(path);
    const resolved = [path, decoded].map((text) => new URL(`http://host${text.replace(/[\\/]+/g, '/')}`).pathname);
    return path.startsWith('/') ? [path, decoded, ...resolved] : [];
  } catch {
    return [];
  }
}

/**
 * Whether a page of another site may have sent this request with the person's cookie. What changes something must come from
 * the front end's own pages, by the word of the browser or by a header that others can't send; so must a WebSocket,
 * which no preflight protects.
 */
export function isForged(
  asked: AskedRequest,
  { headers }: Pick<FastifyRequest, 'headers'>,
  { origin }: Pick<FrontEnd, 'origin'>,
): boolean {
  if (asked.isWebSocket) return headers.origin !== origin;
  if (SAFE.has(asked.method)) return false;
  const site = headers['sec-fetch-site'];
  return !(site === 'same-origin' || site === 'none' || headers.origin === origin || headers['x-csrf'] === '1');
}
