import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Accounts } from '../account/accounts.service.js';
import { pinPublicAddress } from '../authorize/public-address.js';
import { Engine } from '../authorize/engine.js';
import type { IdpConfig } from '../config.js';
import type { Account } from '../generated/client.js';

/** The session of a browser, seen on a page of ours. */
export interface BrowserSession {
  /** the session's public name */
  readonly uid: string;
  /** who is signed in, as their row is now */
  readonly account: Account;
  /** how they proved themselves (RFC 8176) */
  readonly amr: readonly string[];
}

/** Finds out who is signed in in a browser, outside of the protocol's endpoints. */
@Injectable()
export class BrowserSessions {
  private readonly absoluteMs: number;

  constructor(
    private readonly engine: Engine,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    { SESSION_ABSOLUTE_S }: Pick<IdpConfig, 'SESSION_ABSOLUTE_S'>,
  ) {
    this.absoluteMs = SESSION_ABSOLUTE_S * 1000;
  }

  /**
   * Gives the session of a browser; undefined when nobody is signed in there, the session is over, or the account is gone
   * or shut. It says nothing of what else may stand open, such as a second factor. Only reads: the session is none the
   * longer for it.
   */
  async of(request: FastifyRequest, reply: FastifyReply): Promise<BrowserSession | undefined> {
    const { provider } = this.engine;
    pinPublicAddress(request.raw, new URL(provider.issuer)); // the engine takes the cookie's rules from it
    const session = await provider.Session.get(provider.createContext(request.raw, reply.raw));
    if (session.accountId === undefined || this.isOver(session.loginTs)) return undefined;
    const account = await this.accounts.find(session.accountId);
    if (account === undefined || account.disabled) return undefined;
    return { uid: session.uid, account, amr: session.amr ?? [] };
  }

  private isOver(loginTs: number | undefined): boolean {
    return loginTs === undefined || this.clock.now().getTime() >= loginTs * 1000 + this.absoluteMs;
  }
}
