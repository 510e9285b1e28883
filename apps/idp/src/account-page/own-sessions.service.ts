import { Injectable } from '@nestjs/common';
import { UNKNOWN_DEVICE } from '../sessions/device-label.js';
import { IdpSessions, type SessionView } from '../sessions/idp-sessions.service.js';
import { isStorable } from '../storable-text.js';
import { ACCOUNT_CLIENT_ID } from './account-client-id.js';
import { ClientNames } from './client-names.service.js';

/** More than a page has room for. To end them all needs none of them shown. */
const MOST = 500;

/** A session as its own person sees it. */
export interface OwnSession {
  readonly uid: string;
  /** what it was signed in with, such as "Firefox on Linux" */
  readonly device: string;
  /** where from; empty when that was not recorded */
  readonly address: string;
  readonly signedInAt: Date | undefined;
  /** when it ends if it is not used again */
  readonly endsAt: Date;
  /** names of the apps that were opened in it */
  readonly apps: readonly string[];
}

/** What a person can see of their own sessions. */
@Injectable()
export class OwnSessions {
  constructor(
    private readonly sessions: IdpSessions,
    private readonly names: ClientNames,
  ) {}

  /** Gives the living sessions of a person, the newest sign-in first. */
  async of(sub: string): Promise<readonly OwnSession[]> {
    const views = await this.sessions.list({ sub, limit: MOST });
    const nameOf = await this.names.of(views.flatMap(({ clients }) => clients.map(({ clientId }) => clientId)));
    return views.toSorted((one, other) => timeOf(other) - timeOf(one)).map((view) => ownSession(view, nameOf));
  }

  /** Says whether this is a living session of this person. */
  async has(sub: string, uid: string): Promise<boolean> {
    return isStorable(uid) && (await this.sessions.find(uid))?.sub === sub;
  }
}

function ownSession(view: SessionView, nameOf: (clientId: string) => string): OwnSession {
  const { id, device, authTime, expiresAt, clients } = view;
  return {
    uid: id,
    device: device?.label ?? UNKNOWN_DEVICE,
    address: device?.address ?? '',
    signedInAt: authTime,
    endsAt: expiresAt,
    apps: clients.filter(({ clientId }) => clientId !== ACCOUNT_CLIENT_ID).map(({ clientId }) => nameOf(clientId)),
  };
}

function timeOf({ authTime }: SessionView): number {
  return authTime?.getTime() ?? 0;
}
