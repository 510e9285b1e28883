import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { parse } from 'yaml';
import { z } from 'zod';

const Middleware = z.union([
  z.strictObject({ headers: z.strictObject({ customRequestHeaders: z.record(z.string(), z.string()) }) }),
  z.strictObject({
    forwardAuth: z.strictObject({
      address: z.url(),
      trustForwardHeader: z.literal(false),
      authResponseHeaders: z.array(z.string()),
    }),
  }),
]);
/** As much of Traefik's dynamic configuration as ours uses; anything else is a fault of ours. */
export const TraefikDynamic = z.strictObject({
  http: z.strictObject({
    routers: z.record(
      z.string(),
      z.strictObject({
        rule: z.string(),
        priority: z.number(),
        middlewares: z.array(z.string()).default([]),
        service: z.string(),
      }),
    ),
    middlewares: z.record(z.string(), Middleware),
    services: z.record(
      z.string(),
      z.strictObject({ loadBalancer: z.strictObject({ servers: z.array(z.strictObject({ url: z.url() })) }) }),
    ),
  }),
});
type Dynamic = z.output<typeof TraefikDynamic>['http'];

const RULE = /^Host\(`(?<host>[^`]+)`\)(?: && PathPrefix\(`(?<prefix>[^`]+)`\))?$/;
const HOP_BY_HOP = ['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-authorization'];

/**
 * Does what Traefik's documentation says of routers, of the Headers middleware and of ForwardAuth. It is not Traefik: it
 * shows that our configuration asks for the right things, not that Traefik does them.
 */
export async function imitateTraefik(
  text: string,
  ports: { readonly proxy: number },
): Promise<{ stop(): Promise<void> }> {
  const { http } = TraefikDynamic.parse(parse(text));
  const server = createServer((incoming, outgoing) => {
    route(http, incoming, outgoing).catch(() => outgoing.writeHead(500).end()); // the auth server away: 500
  });
  await new Promise<void>((resolve) => server.listen(ports.proxy, '127.0.0.1', resolve));
  return {
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function route(http: Dynamic, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const router = Object.values(http.routers)
    .sort((a, b) => b.priority - a.priority)
    .find(({ rule }) => matches(rule, incoming));
  const [server] = http.services[router?.service ?? '']?.loadBalancer.servers ?? [];
  if (router === undefined) return void outgoing.writeHead(404).end();
  let headers: IncomingHttpHeaders = { ...incoming.headers };
  for (const name of router.middlewares) {
    const middleware = http.middlewares[name];
    if (middleware === undefined) throw new Error(`no middleware ${name}`);
    if ('headers' in middleware) {
      const removed = Object.keys(middleware.headers.customRequestHeaders).map((header) => header.toLowerCase());
      headers = without(headers, removed);
    } else {
      const { address, authResponseHeaders } = middleware.forwardAuth;
      const answer = await send(address, 'GET', askingHeaders(incoming, headers), undefined);
      if (answer.status < 200 || answer.status > 299) {
        copy(answer, outgoing);
        return;
      }
      const copied = authResponseHeaders.map((header) => header.toLowerCase());
      headers = without(headers, copied);
      for (const header of copied) if (answer.headers[header] !== undefined) headers[header] = answer.headers[header];
    }
  }
  if (server === undefined) return void outgoing.writeHead(503).end();
  const body = await buffer(incoming);
  copy(await send(new URL(incoming.url ?? '/', server.url).href, incoming.method ?? 'GET', headers, body), outgoing);
}

function matches(rule: string, { headers, url = '/' }: IncomingMessage): boolean {
  const { host, prefix = '/' } = RULE.exec(rule)?.groups ?? {};
  const path = decodeURIComponent(new URL(url, 'http://traefik').pathname);
  return host !== undefined && headers.host?.replace(/:\d+$/, '') === host && path.startsWith(prefix);
}

/** What the auth server is sent: the request's own headers, and who asked for what; Host is the auth server's own. */
function askingHeaders(incoming: IncomingMessage, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { host, ...own } = without(headers, [...HOP_BY_HOP, 'content-length']);
  return {
    ...own,
    'x-forwarded-method': incoming.method,
    'x-forwarded-proto': 'http',
    'x-forwarded-host': host,
    'x-forwarded-uri': incoming.url,
    'x-forwarded-for': incoming.socket.remoteAddress,
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function send(url: string, method: string, headers: IncomingHttpHeaders, body: Buffer | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      buffer(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      }, reject);
    });
    sent.on('error', reject).end(body);
  });
}

function copy({ status, headers, body }: Answer, outgoing: ServerResponse): void {
  outgoing.writeHead(status, without(headers, HOP_BY_HOP)).end(body);
}

function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
