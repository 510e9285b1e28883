import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import { Consents } from '../consent/consents.service.js';
import { SessionEndings } from '../endings/session-endings.service.js';
import type { PrismaClient } from '../generated/client.js';
import { type AppAccess, AppWords } from './app-words.js';
import { offlineClients } from './sql/offline-clients.js';

/** What a person lets apps have, and takes back. */
@Injectable()
export class AppAccesses {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly consents: Consents,
    private readonly endings: SessionEndings,
    private readonly words: AppWords,
    private readonly clock: Clock,
  ) {}

  /** Gives the apps that a person has said yes to, then those that hold access for when the person is away. */
  async of(sub: string): Promise<readonly AppAccess[]> {
    const [consents, offline] = await Promise.all([this.consents.allOf(sub), this.offlineClientsOf(sub)]);
    const consented = new Set(consents.map(({ clientId }) => clientId));
    const others = [...offline].filter((id) => !consented.has(id));
    return this.words.describe([
      ...consents.map((consent) => ({ clientId: consent.clientId, consent, isOffline: offline.has(consent.clientId) })),
      ...others.map((clientId) => ({ clientId, consent: undefined, isOffline: true })),
    ]);
  }

  /**
   * Takes back what an app may have: it is forgotten, its tokens end and the app is told, in all sessions and outside of
   * them.
   *
   * @returns false when the app has nothing of this person's
   */
  async withdraw(sub: string, clientId: string): Promise<boolean> {
    const apps = await this.of(sub);
    if (!apps.some((app) => app.clientId === clientId)) return false;
    await this.consents.withdraw(sub, clientId, sub); // first, so that it can't be given again in between
    await this.endings.endClient(sub, clientId, { cause: 'account_page', actor: sub, offlineToo: true });
    return true;
  }

  private async offlineClientsOf(sub: string): Promise<ReadonlySet<string>> {
    const found = offlineClients(sub, this.clock.now());
    const rows = await this.prisma.$queryRaw<{ readonly clientId: string }[]>(found);
    return new Set(rows.map(({ clientId }) => clientId));
  }
}
