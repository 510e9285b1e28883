import { type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import type { AppSession } from '#session';
import { rememberUpgrade } from './carrier.js';
import { sessionOf } from './request-session.js';
import { SessionGuard } from './session.guard.js';

/** Admits a WebSocket when it opens, where Nest asks no guard. */
@Injectable()
export class SocketAdmission {
  constructor(private readonly guard: SessionGuard) {}

  /**
   * Asks of a socket what {@link SessionGuard} asks of a request to `gateway`; call it in `handleConnection(client, request)`.
   * Messages of the socket pass the guard from then on too.
   *
   * @throws SessionRefused
   */
  async admit(
    gateway: Type,
    client: object,
    request: { readonly headers?: Readonly<Record<string, unknown>> },
  ): Promise<AppSession> {
    rememberUpgrade(client, request);
    const context = openingOf(gateway, client);
    await this.guard.canActivate(context);
    const session = sessionOf(context);
    if (session === undefined) throw new Error('a @Public() gateway has no session');
    return session;
  }
}

/** The opening of a socket as Nest shows a message of it. */
function openingOf(gateway: Type, client: object): ExecutionContext {
  const isNot = (): never => {
    throw new Error('the opening of a WebSocket is no request and no RPC');
  };
  const opening = {
    getClass: () => gateway,
    getHandler: () => gateway,
    getArgs: () => [client],
    getArgByIndex: (index: number) => [client][index],
    getType: () => 'ws',
    switchToHttp: isNot,
    switchToRpc: isNot,
    switchToWs: () => ({ getClient: () => client, getData: () => undefined, getPattern: () => '' }),
  };
  return opening as unknown as ExecutionContext;
}
