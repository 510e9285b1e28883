import type { RawData, WebSocket } from 'ws';

/** How a socket ended, or what the gateway answered instead of opening it. */
export type SocketEnd = { readonly code: number; readonly reason: string } | { readonly status: number };

/** Resolves when the socket has ended, or was never opened. */
export function endOf(socket: WebSocket): Promise<SocketEnd> {
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
    socket.on('error', () => undefined);
  });
}

/** Resolves when the socket is open; rejects when it does not open. */
export function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
}

/** Waits for the next message. */
export function messageFrom(socket: WebSocket): Promise<{ readonly text: string; readonly isBinary: boolean }> {
  return new Promise((resolve) =>
    socket.once('message', (data: RawData, isBinary) => {
      resolve({ text: (data as Buffer).toString(), isBinary });
    }),
  );
}
