import type { Clock } from '#session';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { PrismaClient } from '../generated/client.js';
import type { CurrentSession, EndsHere } from './current-session.js';
import { changesOf, noteAuthorizations } from './session-changes.js';
import { saveSession } from './sql/save-session.js';
import { keyOf, openPayload, rowName, sealPayload, storageKey } from './stored-payload.js';

/** Seconds that clocks may differ. The engine uses the same for what it judges itself. */
export const CLOCK_TOLERANCE_S = 15;

/** What the engine ends itself: it deletes a session, or takes one client out of it. */
export interface EngineEndings {
  /** @param ends undefined when the engine deletes a session that is not the request's own */
  endSession(uid: string, ends: EndsHere | undefined): Promise<void>;
  endClient(uid: string, ends: EndsHere & { readonly kind: 'client' }): Promise<void>;
}

/** What every adapter of one process shares. */
export interface ArtifactStore {
  readonly prisma: PrismaClient;
  readonly clock: Clock;
  readonly currentSession: () => CurrentSession | undefined;
  readonly endings: EngineEndings;
}

/**
 * Keeps one kind of the engine's artifacts in Postgres. Expired rows are not found.
 *
 * Three things go beyond the engine's contract. A code is consumed once even by two requests at the same instant. A session
 * that was ended stays ended: a request that had read it before can't write it back, nor answer as if it lived. And to
 * delete a session is to end it, with all that belongs to that.
 */
export class PrismaArtifacts implements Adapter {
  constructor(
    private readonly model: string,
    private readonly store: ArtifactStore,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const key = { model: this.model, id: storageKey(id) };
    const row = {
      id: key.id,
      payload: sealPayload(id, payload),
      grantId: payload.grantId ?? null,
      uid: this.model === 'Session' ? (payload.uid ?? null) : null,
      accountId: payload.accountId ?? null,
      expiresAt: expiresIn === undefined ? null : new Date(this.store.clock.now().getTime() + expiresIn * 1000),
    };
    const create = { ...row, model: this.model };
    const { artifact } = this.store.prisma;
    if (row.uid === null) {
      await artifact.upsert({ where: { model_id: key }, create, update: row });
    } else if (this.isStoredSession(row.uid)) {
      await this.endDroppedClient(row.uid);
      const saved = saveSession({ ...row, uid: row.uid }, changesOf(payload.authorizations));
      if ((await this.store.prisma.$executeRaw(saved)) === 0) this.store.currentSession()?.onGone?.();
    } else {
      await artifact.upsert({ where: { uid: row.uid }, create, update: row });
    }
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    // Not findUnique: Prisma gathers those of one instant, of all requests, into a transaction and asks one after another.
    const row = await this.store.prisma.artifact.findFirst({
      where: { model: this.model, id: storageKey(id), ...this.unexpired() },
    });
    if (row === null) return undefined;
    const payload = openPayload(id, row.payload, row.consumedAt);
    if (this.model !== 'Session') return payload;
    return { ...payload, authorizations: noteAuthorizations(payload.authorizations ?? {}) };
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const row = await this.store.prisma.artifact.findFirst({
      where: { uid, model: this.model, ...this.unexpired() },
    });
    return row === null ? undefined : openPayload(rowName(row.id), row.payload, row.consumedAt);
  }

  /** @throws the engine's error, as a promise: user codes belong to the device flow, which is not offered */
  findByUserCode(): Promise<undefined> {
    return Promise.reject(new errors.InvalidRequest('the device flow is not offered'));
  }

  /** @throws errors.InvalidGrant when it has been consumed before */
  async consume(id: string): Promise<void> {
    const { count } = await this.store.prisma.artifact.updateMany({
      where: { model: this.model, id: storageKey(id), consumedAt: null },
      data: { consumedAt: this.store.clock.now() },
    });
    if (count === 0) throw new errors.InvalidGrant(`${this.model} already consumed`);
  }

  async destroy(id: string): Promise<void> {
    const current = this.store.currentSession();
    // A session that changes its id is saved under the new one in a moment, in the same row. To delete it before that
    // would look, to anyone who asks in between, like a sign-out.
    if (this.model === 'Session' && current?.renamedFrom === id) return;
    if (this.model === 'Session') return this.endSession(keyOf(id), current?.ends);
    if (this.model === 'Grant' && current?.ends !== undefined) return; // it goes with the session, in one transaction
    await this.store.prisma.artifact.deleteMany({ where: { model: this.model, id: keyOf(id) } });
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    if (this.store.currentSession()?.ends !== undefined) return; // as above
    await this.store.prisma.artifact.deleteMany({ where: { model: this.model, grantId } });
  }

  private async endSession(id: string, ends: EndsHere | undefined): Promise<void> {
    const where = { model_id: { model: this.model, id } };
    const row = await this.store.prisma.artifact.findUnique({ where, select: { uid: true } });
    if (row?.uid) await this.store.endings.endSession(row.uid, ends);
  }

  private async endDroppedClient(uid: string): Promise<void> {
    const ends = this.store.currentSession()?.ends;
    if (ends?.kind === 'client') await this.store.endings.endClient(uid, ends);
  }

  private isStoredSession(uid: string): boolean {
    const current = this.store.currentSession();
    return current?.uid === uid && current.wasStored;
  }

  private unexpired(): { OR: [{ expiresAt: null }, { expiresAt: { gt: Date } }] } {
    // A session ends at its instant, whatever clocks say elsewhere: what ends it there is this database.
    const toleranceS = this.model === 'Session' ? 0 : CLOCK_TOLERANCE_S;
    const instant = new Date(this.store.clock.now().getTime() - toleranceS * 1000);
    return { OR: [{ expiresAt: null }, { expiresAt: { gt: instant } }] };
  }
}
