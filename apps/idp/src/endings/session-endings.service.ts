import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#session';
import { v7 as uuid } from 'uuid';
import { storageKey } from '../adapter/stored-payload.js';
import { Audit } from '../audit/audit.service.js';
import { ClientRegistry } from '../clients/client-registry.js';
import type { PrismaClient } from '../generated/client.js';
import { grantsToRevoke, StoredSession } from '../sessions/stored-session.js';
import type { EndedSession, HowEnded } from './ending.js';

/** Rows that die with their grant. */
const TOKENS = ['AccessToken', 'RefreshToken', 'AuthorizationCode'];

/** The one way to end a session of this IdP, whoever asks for it. */
@Injectable()
export class SessionEndings {
  private readonly logger = new Logger('sessions');

  constructor(
    private readonly prisma: PrismaClient,
    readonly clients: ClientRegistry,
    private readonly audit: Audit,
    readonly clock: Clock,
  ) {}

  /**
   * Ends a session in one transaction: its row and everything that was issued within it are gone, and what its clients must
   * be told is written down. Telling them comes after; what they answer changes nothing. Twice is once.
   *
   * @param uid the session's public name, not the cookie's value
   * @returns undefined when there is no such session, or nobody is signed in to it
   */
  async end(uid: string, how: HowEnded): Promise<EndedSession | undefined> {
    const row = await this.prisma.artifact.findUnique({ where: { uid, model: 'Session' } });
    const session = StoredSession.safeParse(row?.payload).data;
    if (session === undefined) return undefined;
    const grants = [...grantsToRevoke(session)];
    const { cause, actor, push = true } = how;
    const ended = {
      endingId: uuid(),
      sessionUid: uid,
      sub: session.accountId,
      clientIds: Object.keys(session.authorizations),
    };
    await this.prisma.$transaction(async (tx) => {
      await tx.artifact.deleteMany({ where: { model: 'Session', uid } });
      await tx.artifact.deleteMany({ where: { model: { in: TOKENS }, grantId: { in: grants } } });
      await tx.artifact.deleteMany({ where: { model: 'Grant', id: { in: grants.map(storageKey) } } });
      await this.audit.record(
        { action: 'session.ended', actor, sub: ended.sub, sessionId: uid, detail: { cause, push } },
        tx,
      );
    });
    this.logger.log(`session.ended id=${uid} sub=${ended.sub} cause=${cause} by=${actor} push=${push}`);
    return push ? ended : { ...ended, clientIds: [] };
  }

  /** Ends every session of a person, save one that is named. */
  async endAllOf(sub: string, how: HowEnded, exceptUid?: string): Promise<readonly EndedSession[]> {
    const rows = await this.prisma.artifact.findMany({
      where: { model: 'Session', accountId: sub },
      select: { uid: true },
    });
    const uids = rows.flatMap(({ uid }) => (uid === null || uid === exceptUid ? [] : [uid]));
    const ended = await Promise.all(uids.map((uid) => this.end(uid, how)));
    return ended.filter((one) => one !== undefined);
  }
}
