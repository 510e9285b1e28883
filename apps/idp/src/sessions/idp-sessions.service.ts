import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import { deviceLabel } from './device-label.js';
import type { PrismaClient, SessionDevice } from '../generated/client.js';
import { SessionDevices } from './session-devices.service.js';
import { findSessions, type SessionQuery, type SessionRow } from './sql/find-sessions.js';
import { clientsOf, StoredSession } from './stored-session.js';

/** A session as an operator sees it. Its `id` opens nothing: it is not the cookie's value. */
export interface SessionView {
  readonly id: string;
  readonly sub: string;
  /** absent when the person is gone */
  readonly login: string | undefined;
  readonly clients: readonly { readonly clientId: string; readonly sid: string }[];
  readonly authTime: Date | undefined;
  readonly expiresAt: Date;
  /** where the person signed in; absent when that was not written down */
  readonly device: { readonly label: string; readonly address: string } | undefined;
}

/** The sessions of this IdP, seen from outside of a request. */
@Injectable()
export class IdpSessions {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly devices: SessionDevices,
    private readonly clock: Clock,
  ) {}

  /** Gives living sessions, in the order of their ids. */
  async list(query: SessionQuery): Promise<readonly SessionView[]> {
    return this.views(await this.prisma.$queryRaw<SessionRow[]>(findSessions(query, this.clock.now())));
  }

  /** Gives one living session. */
  async find(uid: string): Promise<SessionView | undefined> {
    const row = await this.prisma.artifact.findUnique({
      where: { uid, model: 'Session', accountId: { not: null }, expiresAt: { gt: this.clock.now() } },
    });
    if (row?.expiresAt == null) return undefined;
    return (await this.views([{ payload: row.payload, expiresAt: row.expiresAt }]))[0];
  }

  private async views(rows: readonly SessionRow[]): Promise<readonly SessionView[]> {
    const stored = rows.map(({ payload, expiresAt }) => ({ session: StoredSession.parse(payload), expiresAt }));
    const subs = [...new Set(stored.map(({ session }) => session.accountId))];
    const accounts = await this.prisma.account.findMany({
      where: { sub: { in: subs } },
      select: { sub: true, login: true },
    });
    const logins = new Map(accounts.map(({ sub, login }) => [sub, login]));
    const devices = await this.devices.of(stored.map(({ session }) => session.uid));
    return stored.map(({ session, expiresAt }) => ({
      id: session.uid,
      sub: session.accountId,
      login: logins.get(session.accountId),
      clients: clientsOf(session),
      authTime: session.loginTs === undefined ? undefined : new Date(session.loginTs * 1000),
      expiresAt,
      device: deviceOf(devices.get(session.uid)),
    }));
  }
}

function deviceOf(device: SessionDevice | undefined): SessionView['device'] {
  return device && { label: deviceLabel(device.userAgent), address: device.address };
}
