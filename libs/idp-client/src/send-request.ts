import {
  Agent as PlainAgent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as sendPlain,
} from 'node:http';
import { Agent as SecureAgent, request as sendSecure } from 'node:https';
import type { Socket } from 'node:net';
import { unpacked } from './unpacked.js';

/** One request: GET, where nothing else is said. A form is sent as one. */
export interface IdpRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
}

/** What a request may take. */
export interface RequestLimits {
  /** the answer must be there, whole, within so many milliseconds */
  readonly timeoutMs: number;
  /** the longest body, in bytes */
  readonly maxBytes: number;
  /** ends it at once */
  readonly signal: AbortSignal | undefined;
}

/** What came of a request: an answer, read whole, or why there is none. */
export type Received =
  | {
      readonly kind: 'received';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly text: string;
    }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** A connection that nobody has used for so long is closed from here: an IdP may close it any moment then. */
const IDLE_MS = 4_000;
const PLAIN = { send: sendPlain, agent: new PlainAgent({ keepAlive: true, timeout: IDLE_MS }) };
const SECURE = { send: sendSecure, agent: new SecureAgent({ keepAlive: true, timeout: IDLE_MS }) };
/** No compression is asked for, since answers are small; what comes compressed all the same is read. */
const ALWAYS = { 'user-agent': 'session-sync', 'accept-encoding': 'identity' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/**
 * Sends one request and reads its answer. A redirect is an answer like any other: nobody follows it. Never rejects: what goes wrong
 * has a reason, which is `timeout`, `connect_timeout` (nothing has been sent), `too_large`, the code of Node's error in small letters,
 * or `connect`.
 */
export function sendRequest(target: string, request: IdpRequest, limits: RequestLimits): Promise<Received> {
  const { timeoutMs, maxBytes, signal } = limits;
  return new Promise<Received>((resolve) => {
    if (signal?.aborted === true) throw new Error('stopped before it began');
    const sent = begin(target, request);
    const fail = (reason: string) => {
      resolve({ kind: 'unreachable', reason });
      sent.destroy();
    };
    const stop = fail.bind(undefined, 'connect');
    const timer = setTimeout(() => {
      fail(isConnected(sent) ? 'timeout' : 'connect_timeout');
    }, timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    let received: (() => Received) | undefined;
    sent.on('response', (answer) => {
      received = collect(answer, maxBytes, fail);
    });
    sent.on('error', (error) => {
      fail(reasonOf(error));
    });
    // when an answer ends, the connection is not free for the next request yet; now it is
    sent.on('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve(received?.() ?? { kind: 'unreachable', reason: 'connect' });
    });
  }).catch((error: unknown) => ({ kind: 'unreachable', reason: reasonOf(error) }));
}

function begin(target: string, { method = 'GET', headers, body }: IdpRequest): ClientRequest {
  const isForm = body instanceof URLSearchParams;
  const { send, agent } = target.startsWith('https:') ? SECURE : PLAIN;
  const sent = send(target, { method, agent, headers: { ...ALWAYS, ...(isForm && FORM), ...headers } });
  return sent.end(isForm ? body.toString() : body);
}

/** Whether there was a connection that something could have left by. */
const isConnected = ({ socket }: { readonly socket: Socket | null }): boolean => socket?.connecting === false;

/** Reads an answer; what it gives says what has come. `fail` hears why no more will. */
function collect(answer: IncomingMessage, maxBytes: number, fail: (reason: string) => void): () => Received {
  const chunks: Buffer[] = [];
  let size = 0;
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) fail('too_large');
  });
  answer.on('error', (error) => {
    fail(reasonOf(error));
  });
  return () => {
    const { statusCode: status = 0, headers, complete } = answer;
    if (!complete) return { kind: 'unreachable', reason: 'econnreset' };
    const text = unpacked(Buffer.concat(chunks), headers['content-encoding'], maxBytes);
    return { kind: 'received', status, headers, text };
  };
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code.toLowerCase() : 'connect';
}
