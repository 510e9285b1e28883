import type { Clock } from '#session';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { PrismaClient } from '../generated/client.js';
import type { CurrentSession } from './current-session.js';
import { keyOf, openPayload, rowName, sealPayload, storageKey } from './stored-payload.js';

/** Seconds that clocks may differ. The engine uses the same for what it judges itself. */
export const CLOCK_TOLERANCE_S = 15;

/** What every adapter of one process shares. */
export interface ArtifactStore {
  readonly prisma: PrismaClient;
  readonly clock: Clock;
  readonly currentSession: () => CurrentSession | undefined;
}

/**
 * Keeps one kind of the engine's artifacts in Postgres. Expired rows are not found.
 *
 * Two things go beyond the engine's contract. A code is consumed once even by two requests at the same instant. And a
 * session that was ended stays ended: a request that had read it before can't write it back.
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
      await artifact.updateMany({ where: { uid: row.uid }, data: row });
    } else {
      await artifact.upsert({ where: { uid: row.uid }, create, update: row });
    }
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const row = await this.store.prisma.artifact.findUnique({
      where: { model_id: { model: this.model, id: storageKey(id) }, ...this.unexpired() },
    });
    return row === null ? undefined : openPayload(id, row.payload, row.consumedAt);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const row = await this.store.prisma.artifact.findUnique({
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
    // A session that changes its id is saved under the new one in a moment, in the same row. To delete it before that
    // would look, to anyone who asks in between, like a sign-out.
    if (this.model === 'Session' && this.store.currentSession()?.renamedFrom === id) return;
    await this.store.prisma.artifact.deleteMany({ where: { model: this.model, id: keyOf(id) } });
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.store.prisma.artifact.deleteMany({ where: { model: this.model, grantId } });
  }

  private isStoredSession(uid: string): boolean {
    const current = this.store.currentSession();
    return current?.uid === uid && current.wasStored;
  }

  private unexpired(): { OR: [{ expiresAt: null }, { expiresAt: { gt: Date } }] } {
    const instant = new Date(this.store.clock.now().getTime() - CLOCK_TOLERANCE_S * 1000);
    return { OR: [{ expiresAt: null }, { expiresAt: { gt: instant } }] };
  }
}
