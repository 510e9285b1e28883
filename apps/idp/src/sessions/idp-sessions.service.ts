import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import { Accounts } from '../account/accounts.service.js';
import type { PrismaClient } from '../generated/client.js';
import { StoredSession } from './stored-session.js';

/** A session as an operator sees it. Its `id` opens nothing: it is not the cookie's value. */
export interface SessionView {
  readonly id: string;
  readonly sub: string;
  readonly login: string;
  readonly clients: readonly { readonly clientId: string; readonly sid: string | undefined }[];
  readonly authTime: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/** The sessions of this IdP, seen from outside of a request. */
@Injectable()
export class IdpSessions {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
  ) {}

  /** Gives the living sessions of one person; none for a login that nobody has. */
  async ofLogin(login: string): Promise<readonly SessionView[]> {
    const account = await this.accounts.findByLogin(login);
    if (account === undefined) return [];
    const rows = await this.prisma.artifact.findMany({
      where: { model: 'Session', accountId: account.sub, expiresAt: { gt: this.clock.now() } },
    });
    return rows.map(({ payload, expiresAt }) => {
      const session = StoredSession.parse(payload);
      return {
        id: session.uid,
        sub: account.sub,
        login: account.login,
        clients: Object.entries(session.authorizations).map(([clientId, { sid }]) => ({ clientId, sid })),
        authTime: session.loginTs === undefined ? undefined : new Date(session.loginTs * 1000),
        expiresAt: expiresAt ?? undefined,
      };
    });
  }
}
