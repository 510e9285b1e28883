import { Agent } from 'node:http';
import { Agent as TlsAgent, type RequestOptions } from 'node:https';
import type { FastifyHttpProxyOptions } from '@fastify/http-proxy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem, sendProblem } from '#http';
import type { Service } from '../front-ends/front-end.js';
import type { OpenChannels } from './open-channels.js';
import { headersForBrowser, headersForService } from './passed-headers.js';
import { type Passage, passages } from './passage.js';

/** A body that stands still so long is cut off; events may be as rare as they like. */
const BODY_IDLE_MS = 60_000;
const CONNECTIONS = { keepAlive: true, maxSockets: 2_048, maxFreeSockets: 256 };

type HttpOptions = NonNullable<FastifyHttpProxyOptions['http']>;
type Hooks = NonNullable<FastifyHttpProxyOptions['replyOptions']>;
type Agents = NonNullable<HttpOptions['agents']>;

/** One request that passes to a service. */
interface Passing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly passage: Passage;
  readonly channels: OpenChannels;
}

/** Makes the connections to the services. Certificates are verified. */
export function connectionsToServices(): Agents {
  return { 'http:': new Agent(CONNECTIONS), 'https:': new TlsAgent({ ...CONNECTIONS, rejectUnauthorized: true }) };
}

/** How requests go to `service`. The signal is read anew for each of them: for whoever has gone away nothing is waited for. */
export function httpOptionsOf(service: Service, agents: Agents): HttpOptions {
  const requestOptions: RequestOptions = {
    timeout: service.timeoutMs,
    rejectUnauthorized: true,
    get signal() {
      return passages.getStore()?.signal;
    },
  };
  return { agents, requestOptions };
}

/** What happens to a request on its way to a service, and to the answer on its way back. */
export function forwarding({ request, reply, passage, channels }: Passing, given: Hooks): Hooks {
  return {
    ...given,
    rewriteRequestHeaders: () => headersForService(request, passage),
    rewriteHeaders: (headers, asked) => {
      const passed = headersForBrowser(headers, passage);
      return given.rewriteHeaders?.(passed, asked) ?? passed;
    },
    onResponse: (_request, _reply, { stream }) => {
      const isEvents = /^text\/event-stream\b/i.test(stream.headers['content-type'] ?? '');
      stream.setTimeout(isEvents ? 0 : BODY_IDLE_MS);
      if (isEvents && !endsWithSession(reply, passage, channels)) {
        stream.destroy();
        sendProblem(reply, problem(429, 'too-many-sockets', 'This session has as many as it may have'));
        return;
      }
      reply.raw.once('pipe', () => {
        reply.raw.flushHeaders(); // the first event may be long in coming
      });
      void reply.send(stream);
    },
    // a kept connection may be closed by the service just as it is used: what changes nothing may be asked once more
    retryDelay: ({ err, attempt }) =>
      attempt === 0 && /^(?:GET|HEAD)$/.test(request.method) && isReset(err) && !passage.signal.aborted ? 1 : null,
    onError: (_reply, { error }) => {
      sendProblem(reply, toProblem(error));
    },
  };
}

function endsWithSession(reply: FastifyReply, { channel }: Passage, channels: OpenChannels): boolean {
  const release = channels.open(channel);
  if (release !== undefined) reply.raw.once('close', release);
  return release !== undefined;
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

function toProblem(error: unknown): Error {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 504
    ? problem(504, 'service-timeout', 'The service did not begin to answer in time')
    : problem(502, 'service-unavailable', 'The service does not answer');
}
