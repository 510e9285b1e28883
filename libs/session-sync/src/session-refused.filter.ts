import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { SessionRefused } from './session-refusals.js';

/** What Fastify's reply and Express's response have in common. */
interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: string): unknown;
}

/** A socket of Socket.IO has `emit` for events; one of `ws` only sends. */
interface Socket {
  send?(text: string): void;
  emit(event: string, body: unknown): unknown;
  readonly handshake?: unknown;
}

/**
 * Answers a refusal as RFC 9457 JSON: on HTTP as `application/problem+json`, on a WebSocket as an event `exception`. The
 * module uses it for HTTP by itself; put `@UseFilters(SessionRefusedFilter)` on WebSocket gateways, which Nest's global filters
 * do not reach.
 */
@Catch(SessionRefused)
export class SessionRefusedFilter implements ExceptionFilter<SessionRefused> {
  catch(refused: SessionRefused, host: ArgumentsHost): void {
    if (host.getType() === 'ws') tellSocket(host.switchToWs().getClient<Socket>(), refused.getResponse());
    else answer(host.switchToHttp().getResponse<Reply>(), refused);
  }
}

function answer(reply: Reply, refused: SessionRefused): void {
  const status = refused.getStatus();
  const retryAfterS = (refused.getResponse() as { readonly retryAfterS?: number }).retryAfterS;
  reply.status(status).header('content-type', 'application/problem+json').header('cache-control', 'no-store');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
  reply.send(JSON.stringify(refused.getResponse()));
}

function tellSocket(socket: Socket, body: unknown): void {
  if (socket.handshake !== undefined) socket.emit('exception', body);
  else socket.send?.(JSON.stringify({ event: 'exception', data: body }));
}
