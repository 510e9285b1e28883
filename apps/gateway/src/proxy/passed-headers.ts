import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type FrontEnd, pathAt, type Service } from '../front-ends/front-end.js';

/** Words between neighbours. @see {@link https://www.rfc-editor.org/rfc/rfc9110 RFC 9110} §7.6.1 */
const HOP_BY_HOP = 'connection|keep-alive|te|trailers?|transfer-encoding|upgrade|http2-settings|proxy-.*';
/** The browser's secrets, what is said to us, and claims about the caller that only we may make. `_` counts as `-`. */
const WITHHELD = new RegExp(
  `^(?:${HOP_BY_HOP}|host|content-length|expect|cookie2?|authorization|x-csrf|x-max-idp-age|forwarded|via|remote-.*` +
    '|x-forwarded.*|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|x-original-.*|x-rewrite-.*' +
    '|x-remote-.*|x-auth-request-.*|x-ssl-.*|ssl-client-.*|sec-websocket-.*)$',
);
/** What a service may not say on the front end's origin: its cookies, and who else may read its answers. */
const KEPT_BACK = new RegExp(
  `^(?:${HOP_BY_HOP}|set-cookie2?|clear-site-data|access-control-.*|strict-transport-security|alt-svc|public-key-pins.*)$`,
);

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Gives the headers that a service gets. How long a body is, we say ourselves: there must be no two readings of it. */
export function headersForService(
  request: FastifyRequest,
  to: { readonly frontEnd: FrontEnd; readonly service: Service; readonly authorization: string | undefined },
): Record<string, string> {
  const { frontEnd, service, authorization } = to;
  const origin = new URL(frontEnd.origin);
  return {
    ...(without(request.headers, WITHHELD) as Record<string, string>),
    ...bodyLength(request),
    host: new URL(service.origin).host,
    'x-forwarded-for': request.ip,
    'x-forwarded-host': origin.host,
    'x-forwarded-proto': origin.protocol.slice(0, -1),
    'x-forwarded-prefix': pathAt(frontEnd, `/bff/api/${service.name}`),
    ...(authorization === undefined ? {} : { authorization }),
  };
}

/** Gives the headers that a browser gets of a service's answer; addresses of the service's own become the gateway's. */
export function headersForBrowser(
  headers: IncomingHttpHeaders,
  to: { readonly frontEnd: FrontEnd; readonly service: Service },
): Record<string, string | string[]> {
  const passed = without(headers, KEPT_BACK);
  for (const name of ['location', 'content-location']) {
    const address = passed[name];
    if (typeof address === 'string') passed[name] = addressAtGateway(address, to);
  }
  return passed;
}

function addressAtGateway(
  address: string,
  { frontEnd, service }: { readonly frontEnd: FrontEnd; readonly service: Service },
): string {
  if (!/^(?:\/|https?:)/i.test(address) || !URL.canParse(address, service.origin)) return address;
  const url = new URL(address, service.origin);
  if (url.origin !== new URL(service.origin).origin) return address;
  return `${pathAt(frontEnd, `/bff/api/${service.name}`)}${url.pathname}${url.search}${url.hash}`;
}

function bodyLength({ raw, method }: FastifyRequest): Record<string, string> {
  if (method === 'GET' || method === 'HEAD') return {};
  if (raw.headers['transfer-encoding'] !== undefined) return { 'transfer-encoding': 'chunked' };
  const length = raw.headers['content-length'];
  return length === undefined ? {} : { 'content-length': length };
}

function without(headers: Headers, withheld: RegExp): Record<string, string | string[]> {
  const named = new Set(
    String(headers.connection ?? '')
      .toLowerCase()
      .split(/\s*,\s*/),
  );
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !named.has(name) && !withheld.test(name.replaceAll('_', '-'))) passed[name] = value;
  }
  return passed;
}
