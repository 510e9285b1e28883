import { WebSocketServer } from 'ws';
import { type Received, receivedOf, Upstream } from './upstream.js';

/** An app that knows nothing of sessions: it says what it was sent, over HTTP and over WebSocket. */
export interface ProxiedApp {
  readonly port: number;
  /** header names in lower case, the rest as it came in */
  readonly received: readonly Received[];
  stop(): void;
}

export async function startProxiedApp(): Promise<ProxiedApp> {
  const app = await Upstream.start();
  app.answer = (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(receivedOf(request)));
    });
  };
  const sockets = new WebSocketServer({ server: app.server });
  sockets.on('connection', (socket, request) => {
    app.received.push(receivedOf(request));
    socket.on('message', (message: Buffer) => {
      socket.send(`heard ${message.toString()}`);
    });
  });
  return {
    port: Number(new URL(app.origin).port),
    received: app.received,
    stop: () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      app.stop();
    },
  };
}
