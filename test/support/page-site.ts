import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What a scripted path answers: JSON with a status, or whatever it writes itself. */
export type Scripted =
  { readonly status: number; readonly body: unknown } | ((request: IncomingMessage, response: ServerResponse) => void);

/** One of the demo's pages as `npm run build` has made it, and scripted answers for what its servers would say. */
export interface PageSite {
  readonly origin: string;
  /** by path, without its query; may be changed at any time */
  readonly answers: Map<string, Scripted>;
  /** bodies of `POST /told`, as they came */
  readonly told: unknown[];
  /** ends every connection that is open */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/** Serves `dist/web/<page>` with `headers` on every file. Web sockets are opened, and told that they are ready. */
export async function startPageSite(page: string, headers: Readonly<Record<string, string>>): Promise<PageSite> {
  const answers = new Map<string, Scripted>();
  const told: unknown[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const scripted = answers.get(pathname);
    if (typeof scripted === 'function') scripted(request, response);
    else if (scripted !== undefined) {
      response.writeHead(scripted.status, { 'content-type': 'application/json' }).end(JSON.stringify(scripted.body));
    } else if (pathname === '/told') {
      void textOf(request).then((text) => {
        told.push(JSON.parse(text));
        response.writeHead(204).end();
      });
    } else void serve(page, pathname, headers, response);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.send('{"event":"ready"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${port}`, answers, told, cut, close: () => stop(server, sockets) };
}

/** Opens an event stream that says `text` and stays open. */
export function streaming(text: string): Scripted {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text);
  };
}

async function serve(page: string, path: string, headers: Readonly<Record<string, string>>, response: ServerResponse) {
  const file = path === '/' ? '/index.html' : path;
  const content = await readFile(join('dist/web', page, file)).catch(() => undefined);
  if (content === undefined) response.writeHead(404).end();
  else response.writeHead(200, { ...headers, 'content-type': TYPES[extname(file)] ?? 'text/plain' }).end(content);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

async function stop(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
