import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An app that can be told to stop and to start. Both may be told twice. */
export interface Controlled {
  stop(): Promise<void>;
  start(): Promise<void> | void;
}

/** A small server on loopback that stops and starts apps for whoever has its token. */
export interface ControlServer {
  readonly origin: string;
  close(): void;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Starts it on a free port: `POST /apps/<name>/stop` and `/start` with `Authorization: Bearer <token>` answer 204 when it is
 * done; 401, 404, or 500 when it could not be. What is told to one app is done in order.
 */
export async function startControlServer(
  token: string,
  appNamed: (name: string) => Controlled | undefined,
): Promise<ControlServer> {
  const expected = hash(`Bearer ${token}`);
  const pending = new Map<Controlled, Promise<void>>();
  const answer = async ({ method, url = '', headers }: IncomingMessage): Promise<number> => {
    if (!timingSafeEqual(hash(headers.authorization ?? ''), expected)) return 401;
    const [, name = '', wish] = /^\/apps\/([a-z-]{1,40})\/(stop|start)$/.exec(url) ?? [];
    const app = method === 'POST' ? appNamed(name) : undefined;
    if (app === undefined) return 404;
    const done = (pending.get(app) ?? Promise.resolve()).then(() => (wish === 'stop' ? app.stop() : app.start()));
    pending.set(
      app,
      done.catch(() => undefined),
    );
    await done;
    return 204;
  };
  const server = createServer((request, response) => {
    request.resume();
    answer(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
