import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import type { BrowserSession } from '#session';
import type { FrontEnd, Service } from '../front-ends/front-end.js';
import type { FrontEnds } from '../front-ends/front-ends.js';
import { assertCsrfHeader } from '../http/csrf.guard.js';
import type { SessionReader } from '../http/session-reader.js';
import type { Credentials } from './credentials.js';
import type { OpenChannel, OpenChannels } from './open-channels.js';
import type { Passage } from './passage.js';
import { isAllowed, pathBehind } from './path-behind.js';

/** Decides which requests pass to a service. */
export class Admission {
  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly reader: SessionReader,
    private readonly credentials: Credentials,
    private readonly channels: OpenChannels,
  ) {}

  /**
   * Lets a request pass, or says why not: first that it comes from the front end's own pages, then who is signed in, then
   * what is asked for. `service` is undefined when no front end has one of that name.
   *
   * @throws Problem 403 `csrf-header-missing` or `foreign-origin`; those of the session reader and of {@link Credentials};
   *   404 `unknown-service` or `unknown-path`; 400 `bad-path`; 429 `too-many-sockets`
   */
  async admit(request: FastifyRequest, reply: FastifyReply, service: Service | undefined): Promise<Passage> {
    const frontEnd = this.frontEnds.of(request);
    const isSocket = wantsSocket(request);
    if (isSocket) assertOwnOrigin(request, frontEnd);
    else assertCsrfHeader(request);
    const session = await this.reader.require(request, { slide: true, maxIdpAgeMs: service?.maxIdpAgeMs });
    if (service === undefined || !frontEnd.services.has(service.name))
      throw problem(404, 'unknown-service', 'No service has this name', 'Add it to the services of the front end.');
    if (!isAllowed(pathBehind(request.url, service.name), service.paths))
      throw problem(
        404,
        'unknown-path',
        'This path of the service is not passed on',
        'Add it to `paths` of the service.',
      );
    const channel = this.channelOf(request, session);
    if (isSocket) this.keep(request, channel);
    const authorization = await this.credentials.of(session, service, frontEnd);
    return { frontEnd, service, authorization, signal: abortedWith(reply), channel };
  }

  private channelOf(request: FastifyRequest, { id, sso }: BrowserSession): OpenChannel {
    return {
      sid: sso.sid,
      browserSession: id,
      look: async () => {
        const { kind } = await this.reader.look(request);
        return kind === 'none' ? 'replaced' : kind; // it was there when it was admitted
      },
      close: () => {
        request.raw.socket.destroy();
      },
      lastUsedAt: undefined,
      unknownSince: undefined,
    };
  }

  /** Counts from here, not from when it is open: many at once must not slip through. */
  private keep(request: FastifyRequest, channel: OpenChannel): void {
    const release = this.channels.open(channel);
    if (release === undefined)
      throw problem(429, 'too-many-sockets', 'This session has as many sockets as it may have');
    request.raw.socket.once('close', release);
  }
}

/** Whether a request asks for a WebSocket. @see {@link https://www.rfc-editor.org/rfc/rfc6455 RFC 6455} §4.1 */
function wantsSocket({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** A browser can set no header on a WebSocket, but says which page opens it, and no page can make it lie. */
function assertOwnOrigin({ headers }: FastifyRequest, frontEnd: FrontEnd): void {
  if (headers.origin !== frontEnd.origin)
    throw problem(403, 'foreign-origin', 'Only pages of the front end itself may open a WebSocket');
}

function abortedWith(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort.abort();
  });
  return abort.signal;
}
