import type { FastifyHttpProxyOptions } from '@fastify/http-proxy';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '#session';
import type { Service } from '../front-ends/front-end.js';
import { headersForService } from './passed-headers.js';
import { currentPassage, passages } from './passage.js';

const FRAME_BYTES = 1_048_576;
const WAITING_BYTES = 1_048_576;
const LOOK_AGAIN_MS = 20;
const CLOSING_MS = 3_000;
const LIMITS = { maxPayload: FRAME_BYTES, perMessageDeflate: false, closeTimeout: CLOSING_MS };

/** The end of a WebSocket, as far as this file knows one. */
interface End {
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly isPaused: boolean;
  close(code: number, reason: string): void;
  pause(): void;
  resume(): void;
  on(event: 'ping' | 'pong', listener: () => void): unknown;
}
const CONNECTING = 0;
const OPEN = 1;

/** How WebSockets to `service` are opened: frames up to 1 MiB, nothing of the browser's but what requests have too. */
export function socketOptionsOf(
  service: Service,
): Pick<FastifyHttpProxyOptions, 'wsServerOptions' | 'wsClientOptions'> {
  const rewriteRequestHeaders = (_headers: unknown, request: FastifyRequest) =>
    headersForService(request, currentPassage());
  const client = {
    ...LIMITS,
    ...{ handshakeTimeout: service.timeoutMs, followRedirects: false, rewriteRequestHeaders, finishRequest },
  };
  return { wsServerOptions: LIMITS, wsClientOptions: client };
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

/** Ties a WebSocket to its session, and keeps a fast sender from filling our memory for a slow receiver. */
export function socketHooks(clock: Clock): {
  onConnect: (context: unknown, source: End) => void;
  onIncomingMessage: (context: unknown, source: End, target: End) => void;
  onOutgoingMessage: (context: unknown, source: End, target: End) => void;
} {
  const touch = () => {
    const channel = passages.getStore()?.channel;
    if (channel !== undefined) channel.lastUsedAt = clock.now();
  };
  return {
    onConnect: (_context, source) => {
      const channel = passages.getStore()?.channel;
      if (channel === undefined) {
        source.close(1011, 'not admitted');
        return;
      }
      channel.lastUsedAt = clock.now();
      channel.close = ({ code, reason }) => {
        source.close(code, reason);
      };
      for (const event of ['ping', 'pong'] as const) source.on(event, () => (channel.lastUsedAt = clock.now()));
    },
    onIncomingMessage: (_context, source, target) => {
      touch();
      holdBack(source, target);
    },
    onOutgoingMessage: (_context, source, target) => {
      touch();
      holdBack(target, source);
    },
  };
}

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
  return readyState === CONNECTING || (readyState === OPEN && bufferedAmount > WAITING_BYTES);
}
