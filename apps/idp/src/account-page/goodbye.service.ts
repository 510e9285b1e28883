import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '../authorize/engine.js';
import { RememberedAccounts } from '../interaction/remembered-accounts.js';
import { BrowserStateCookie } from '../monitor/browser-state-cookie.js';
import { leadTo } from '../page/answer.js';
import { ACCOUNT_PATH } from './account-client.js';

/** Why a browser has lost its own session. */
export const FAREWELLS = ['signed-out', 'password-changed', 'second-factor-removed'] as const;

/** One of them. */
export type Farewell = (typeof FAREWELLS)[number];

/** Leads a browser out whose own session has just been ended here. */
@Injectable()
export class Goodbye {
  constructor(
    private readonly engine: Engine,
    private readonly remembered: RememberedAccounts,
    private readonly browserState: BrowserStateCookie,
  ) {}

  /** The browser remembers the person no more when it was signed out; it does when they are to sign in again. */
  async say(why: Farewell, sub: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (why === 'signed-out') this.forget(sub, request, reply);
    this.browserState.follow(request, reply, undefined);
    await leadTo(reply, `${ACCOUNT_PATH}/goodbye?why=${why}`);
  }

  private forget(sub: string, request: FastifyRequest, reply: FastifyReply): void {
    this.remembered.forget(this.engine.provider.createContext(request.raw, reply.raw).cookies, sub);
    // The engine's cookies are written to the raw answer, where those of the reply would replace them.
    const written = reply.raw.getHeader('set-cookie');
    if (written === undefined) return;
    reply.raw.removeHeader('set-cookie');
    void reply.header('set-cookie', written);
  }
}
