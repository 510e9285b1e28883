import type { FastifyHttpProxyOptions } from '@fastify/http-proxy';
import type { FastifyRequest } from 'fastify';
import { WebSocket } from 'ws';
import type { Clock } from '#session';
import type { Service } from '../front-ends/front-end.js';
import { headersForService } from './passed-headers.js';
import { currentPassage } from './passage.js';

const FRAME_BYTES = 1_048_576;
const WAITING_BYTES = 1_048_576;
const LOOK_AGAIN_MS = 20;
const CLOSING_MS = 3_000;
const LIMITS = { maxPayload: FRAME_BYTES, perMessageDeflate: false, closeTimeout: CLOSING_MS };

/** How WebSockets to `service` are opened: frames up to 1 MiB, nothing of the browser's but what requests have too. */
export function socketOptionsOf(
  service: Service,
  clock: Clock,
): Pick<FastifyHttpProxyOptions, 'wsServerOptions' | 'wsClientOptions'> {
  const rewriteRequestHeaders = (_headers: unknown, request: FastifyRequest) =>
    headersForService(request, currentPassage());
  const client = {
    ...LIMITS,
    ...{ handshakeTimeout: service.timeoutMs, followRedirects: false, rewriteRequestHeaders, finishRequest },
  };
  return { wsServerOptions: { ...LIMITS, WebSocket: boundToSession(clock) }, wsClientOptions: client };
}

/** `WebSocket` as the proxy library's types see it: with the members of the CommonJS module. */
type SocketClass = NonNullable<NonNullable<FastifyHttpProxyOptions['wsServerOptions']>['WebSocket']>;

/**
 * The browser's end of a WebSocket, tied to its session before the browser is told that it is open: the service's end may open
 * later, and a session that ends in between must be told with its own code too.
 */
function boundToSession(clock: Clock): SocketClass {
  const bound = new Proxy(WebSocket, {
    construct: (target, args, newTarget) => {
      const socket = Reflect.construct(target, args, newTarget) as WebSocket;
      const { channel } = currentPassage();
      const touch = () => (channel.lastUsedAt = clock.now());
      touch();
      for (const event of ['ping', 'pong', 'message'] as const) socket.on(event, touch);
      channel.close = ({ code, reason }) => {
        socket.close(code, reason);
      };
      return socket;
    },
  });
  return bound as unknown as SocketClass;
}

/**
 * The proxy library closes the browser's end with the fault's message: it names machines behind us, and one that is longer than
 * the 123 bytes of a close frame ends the process.
 */
function finishRequest(asked: { end(): unknown }, target: NodeJS.EventEmitter): void {
  target.prependListener('error', (fault: Error) => {
    fault.message = 'service unavailable';
  });
  asked.end();
}

/** Keeps a fast sender from filling our memory for a slow receiver; what a service sends is use of the session's channel too. */
export function socketHooks(clock: Clock): {
  onIncomingMessage: (context: unknown, source: End, target: End) => void;
  onOutgoingMessage: (context: unknown, source: End, target: End) => void;
} {
  return {
    onIncomingMessage: (_context, source, target) => {
      holdBack(source, target);
    },
    onOutgoingMessage: (_context, source, target) => {
      currentPassage().channel.lastUsedAt = clock.now();
      holdBack(target, source);
    },
  };
}

/** The end of a WebSocket, as far as back-pressure goes. */
type End = Pick<WebSocket, 'readyState' | 'bufferedAmount' | 'isPaused' | 'pause' | 'resume'>;

/** Reads no more of `from` until `to` has taken what waits for it. */
function holdBack(from: End, to: End): void {
  if (from.isPaused || !isBehind(to)) return;
  from.pause();
  const timer = setInterval(() => {
    if (isBehind(to)) return;
    clearInterval(timer);
    from.resume();
  }, LOOK_AGAIN_MS);
}

function isBehind({ readyState, bufferedAmount }: End): boolean {
  return readyState === WebSocket.CONNECTING || (readyState === WebSocket.OPEN && bufferedAmount > WAITING_BYTES);
}
