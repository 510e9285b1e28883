import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What an offer to change the protocol is made of. */
const OFFER = /^(?:upgrade|http2-settings|connection)$/i;

/**
 * Lets only requests for a WebSocket reach the server's upgrade listeners. A server that has such a listener gives every request
 * with `Upgrade` to it, its body unread; Java's HTTP client offers `h2c` with each of its requests, back-channel logouts too.
 * Such an offer may be ignored, so the request is read again without it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110 RFC 9110} §7.8
 */
export function onlyWebSockets(server: Server): void {
  const listeners = server.listeners('upgrade') as UpgradeListener[];
  if (listeners.length === 0) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      socket.on('error', () => undefined); // Node has taken its own listener off; without one a reset ends the process
      for (const listener of listeners) listener.call(server, request, socket, head);
      return;
    }
    socket.unshift(Buffer.concat([Buffer.from(withoutOffer(request), 'latin1'), head]));
    server.emit('connection', socket);
  });
}

function withoutOffer({ method, url, rawHeaders, headers }: IncomingMessage): string {
  const lines = [`${method ?? 'GET'} ${url ?? '/'} HTTP/1.1`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!OFFER.test(name)) lines.push(`${name}: ${rawHeaders[at + 1] ?? ''}`);
  }
  if (/\bclose\b/i.test(headers.connection ?? '')) lines.push('Connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}
