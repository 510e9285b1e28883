import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#session';
import { revokeGrants, revokeGrantsOf } from '../adapter/revoke-grants.js';
import { Audit } from '../audit/audit.service.js';
import { ClientRegistry } from '../clients/client-registry.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { clientsToTell } from '../logout/clients-to-tell.js';
import { LogoutQueue } from '../logout/logout-queue.service.js';
import { clientsOf, grantsToRevoke, type SessionClient, StoredSession } from '../sessions/stored-session.js';
import type { EndedSession, HowEnded } from './ending.js';
import { inParallel } from './in-parallel.js';
import { lockSession } from './sql/lock-session.js';
import { removeClient } from './sql/remove-client.js';
import { removePendingSignIns } from './sql/remove-pending-sign-ins.js';
import { type TakenRow, takeSession } from './sql/take-session.js';
import { writeEnding } from './write-ending.js';

/** Sessions that are ended at once: each holds a connection of the pool, and others want some too. */
const AT_ONCE = 4;

/** A busy database is waited for: an ending that fails halfway through a list is worse than one that comes late. */
const PATIENCE = { maxWait: 10_000, timeout: 10_000 };

/** The one way to end a session of this IdP, whoever asks for it. */
@Injectable()
export class SessionEndings {
  private readonly logger = new Logger('sessions');

  constructor(
    private readonly prisma: PrismaClient,
    private readonly clients: ClientRegistry,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly queue: LogoutQueue,
  ) {}

  /**
   * Ends a session in one transaction: its row and everything that was issued within it are gone, and what its clients must
   * be told is written down. Telling them comes after; what they answer changes nothing. Twice is once.
   *
   * @param uid the session's public name, not the cookie's value
   * @returns undefined when there is no such session, or nobody is signed in to it
   */
  async end(uid: string, how: HowEnded): Promise<EndedSession | undefined> {
    return this.endTaken(uid, how, undefined);
  }

  /** Ends a session that has expired; undefined when it has not, or another replica was faster. */
  async endExpired(uid: string, cause: 'idle_expired' | 'absolute_expired'): Promise<EndedSession | undefined> {
    return this.endTaken(uid, { cause, actor: 'system' }, this.clock.now());
  }

  /**
   * Ends every session of a person, save one that is named, and every sign-in that has come as far as the password. With
   * `offlineToo` also what was granted for offline use in sessions of before.
   */
  async endAllOf(sub: string, how: HowEnded, exceptUid?: string): Promise<readonly EndedSession[]> {
    await this.prisma.$executeRaw(removePendingSignIns(sub, this.clock.now()));
    const uids = await this.uidsOf(sub);
    const ended = await this.endEach(
      uids.filter((uid) => uid !== exceptUid),
      how,
    );
    if (how.offlineToo === true) await this.revokeOffline(sub, how, exceptUid);
    return ended;
  }

  /** Ends every session of everybody. */
  async endAll(how: HowEnded): Promise<readonly EndedSession[]> {
    return this.endEach(await this.uidsOf(undefined), how);
  }

  /**
   * Ends one client in all sessions of a person, which live on: all its tokens and grants are gone, offline ones too, and it
   * is told as if they had ended.
   */
  async endClient(sub: string, clientId: string, how: HowEnded): Promise<readonly EndedSession[]> {
    const uids = await this.uidsOf(sub);
    const ended = await this.prisma.$transaction(async (tx) => {
      const parts = [];
      for (const uid of uids.sort()) parts.push(await this.takeClientOut(tx, uid, clientId, how));
      await revokeGrantsOf(tx, { sub, clientId });
      return parts.filter((one) => one !== undefined);
    }, PATIENCE);
    for (const one of ended) this.announceClient(one, clientId, how);
    return ended;
  }

  /** Ends one client in one session, which lives on. What was granted for offline use stays, as after a sign-out. */
  async endClientIn(uid: string, clientId: string, how: HowEnded): Promise<EndedSession | undefined> {
    const ended = await this.prisma.$transaction(async (tx) => this.takeClientOut(tx, uid, clientId, how), PATIENCE);
    if (ended !== undefined) this.announceClient(ended, clientId, how);
    return ended;
  }

  private async endTaken(uid: string, how: HowEnded, expiredBy: Date | undefined): Promise<EndedSession | undefined> {
    const { cause, actor, push = true, offlineToo } = how;
    const ended = await this.prisma.$transaction(async (tx) => {
      const [row] = await tx.$queryRaw<TakenRow[]>(takeSession(uid, expiredBy));
      const session = StoredSession.safeParse(row?.payload).data;
      if (session === undefined) return undefined;
      await revokeGrants(tx, grantsToRevoke(session, offlineToo));
      return this.write(tx, session, clientsOf(session), how);
    }, PATIENCE);
    if (ended === undefined) return undefined;
    this.logger.log(`session.ended id=${uid} sub=${ended.sub} cause=${cause} by=${actor} push=${push}`);
    this.queue.wake();
    return ended;
  }

  private async endEach(uids: readonly string[], how: HowEnded): Promise<readonly EndedSession[]> {
    const ended = await inParallel(uids, AT_ONCE, (uid) => this.end(uid, how));
    return ended.filter((one) => one !== undefined);
  }

  private async takeClientOut(tx: Prisma.TransactionClient, uid: string, clientId: string, how: HowEnded) {
    const [row] = await tx.$queryRaw<TakenRow[]>(lockSession(uid));
    const session = StoredSession.safeParse(row?.payload).data;
    const client = session && clientsOf(session).find((one) => one.clientId === clientId);
    if (session === undefined || client === undefined) return undefined;
    const only = Object.entries(session.authorizations).filter(([id]) => id === clientId);
    await revokeGrants(tx, grantsToRevoke({ ...session, authorizations: Object.fromEntries(only) }));
    await tx.$executeRaw(removeClient(uid, clientId));
    return this.write(tx, session, [client], how, clientId);
  }

  private announceClient({ sessionUid, sub }: EndedSession, clientId: string, { cause, actor }: HowEnded): void {
    this.logger.log(`session.client_ended id=${sessionUid} sub=${sub} client=${clientId} cause=${cause} by=${actor}`);
    this.queue.wake();
  }

  private async write(
    tx: Prisma.TransactionClient,
    { uid, accountId }: StoredSession,
    clients: readonly SessionClient[],
    how: HowEnded,
    clientId?: string,
  ): Promise<EndedSession> {
    const { cause, actor, push = true } = how;
    const told = push ? await clientsToTell(tx, this.clients.configured, clients) : [];
    const record = { sessionUid: uid, sub: accountId, clientId, clients: told, at: this.clock.now() };
    const ended = await writeEnding(tx, record, how);
    const action = clientId === undefined ? 'session.ended' : 'session.client_ended';
    const of = { sub: accountId, sessionId: uid, ...(clientId === undefined ? {} : { clientId }) };
    await this.audit.record({ action, actor, ...of, detail: { cause, push, endingId: ended.endingId } }, tx);
    return ended;
  }

  private async revokeOffline(sub: string, { cause, actor }: HowEnded, exceptUid: string | undefined): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const [row] = exceptUid === undefined ? [] : await tx.$queryRaw<TakenRow[]>(lockSession(exceptUid));
      const kept = StoredSession.safeParse(row?.payload).data;
      const except = kept === undefined ? [] : grantsToRevoke(kept, true);
      const grants = await revokeGrantsOf(tx, { sub, except });
      if (grants > 0) await this.audit.record({ action: 'grants.revoked', actor, sub, detail: { cause, grants } }, tx);
    }, PATIENCE);
  }

  private async uidsOf(sub: string | undefined): Promise<string[]> {
    const rows = await this.prisma.artifact.findMany({
      where: { model: 'Session', accountId: sub ?? { not: null } },
      select: { uid: true },
    });
    return rows.flatMap(({ uid }) => (uid === null ? [] : [uid]));
  }
}
