import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#session';
import Provider from 'oidc-provider';
import { Accounts } from '../account/accounts.service.js';
import { storageKey } from '../adapter/stored-payload.js';
import type { PrismaClient } from '../generated/client.js';
import { type Told, tellClient } from '../logout/tell-clients.js';
import { grantsToRevoke, StoredSession } from './stored-session.js';

/** A session as an operator sees it. Its `id` opens nothing: it is not the cookie's value. */
export interface SessionView {
  readonly id: string;
  readonly sub: string;
  readonly login: string;
  readonly clients: readonly { readonly clientId: string; readonly sid: string | undefined }[];
  readonly authTime: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/** Rows that die with their grant. */
const TOKENS = ['AccessToken', 'RefreshToken', 'AuthorizationCode'];

/** The sessions of this IdP, seen from outside of a request. */
@Injectable()
export class IdpSessions {
  private readonly logger = new Logger('sessions');

  constructor(
    private readonly prisma: PrismaClient,
    private readonly accounts: Accounts,
    private readonly provider: Provider,
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

  /**
   * Ends a session: its row and everything that was issued within it are gone when this begins to tell the clients.
   * What they answer changes nothing. Twice is once.
   *
   * @param push whether the clients are told; without, they can only find out by asking
   * @returns what came of telling each client; undefined when there is no such session
   */
  async end(id: string, push: boolean): Promise<readonly Told[] | undefined> {
    const row = await this.prisma.artifact.findUnique({ where: { uid: id, model: 'Session' } });
    const session = StoredSession.safeParse(row?.payload).data; // a session without a person has nothing to end
    if (session === undefined || !(await this.remove(session))) return undefined;
    this.logger.log(`session.ended id=${id} sub=${session.accountId} by=operator push=${push}`);
    return push ? this.tell(session) : [];
  }

  private async remove(session: StoredSession): Promise<boolean> {
    const grants = [...grantsToRevoke(session)];
    const [{ count }] = await this.prisma.$transaction([
      this.prisma.artifact.deleteMany({ where: { model: 'Session', uid: session.uid } }),
      this.prisma.artifact.deleteMany({ where: { model: { in: TOKENS }, grantId: { in: grants } } }),
      this.prisma.artifact.deleteMany({ where: { model: 'Grant', id: { in: grants.map(storageKey) } } }),
    ]);
    return count === 1;
  }

  private async tell(session: StoredSession): Promise<readonly Told[]> {
    const told = await Promise.all(
      Object.entries(session.authorizations).map(async ([clientId, { sid }]) =>
        tellClient(await this.provider.Client.find(clientId), clientId, session.accountId, sid),
      ),
    );
    for (const { clientId, detail } of told.filter((one) => !one.told)) {
      this.logger.warn(`backchannel.failed client=${clientId} reason=${detail ?? 'unknown'}`);
    }
    return told;
  }
}
