import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock, reasonOf } from '#session';
import { Engine } from '../authorize/engine.js';
import type { PrismaClient } from '../generated/client.js';
import { nextAttempt } from './back-off.js';
import { LogoutQueue } from './logout-queue.service.js';
import { type ClaimedDelivery, claimDeliveries } from './sql/claim-deliveries.js';
import { tellClient } from './tell-client.js';

/** Attempts at once. */
const LANES = 32;
/** Attempts at once at one client, so that one that hangs delays itself alone. */
const LANES_PER_CLIENT = 4;
/** For what other replicas have written or left behind, and for what is due again. */
const LOOK_MS = 1_000;
/** An attempt ends within 2.5 s; the rest is for its result to be written down. */
const LEASE_MS = 15_000;

/** Sends logout tokens as soon as they are owed, and again until the client has answered. Replicas share the work. */
@Injectable()
export class LogoutSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('logout_sender');
  private readonly stopping = new AbortController();
  private readonly underWay = new Map<ClaimedDelivery, Promise<void>>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly prisma: PrismaClient,
    private readonly queue: LogoutQueue,
    private readonly engine: Engine,
    private readonly clock: Clock,
    private readonly giveUpS: number,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  /** Finishes the attempts in hand. What is owed then, another replica sends, or the next start. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.queue.stop();
    await this.loop;
    await Promise.all(this.underWay.values());
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const heard = this.queue.work.rings;
      for (const delivery of await this.claim()) this.begin(delivery);
      await this.queue.work.rest(heard, LOOK_MS, signal);
    }
  }

  private async claim(): Promise<readonly ClaimedDelivery[]> {
    const limit = LANES - this.underWay.size;
    if (limit === 0) return [];
    const now = this.clock.now();
    const leaseEndsAt = new Date(now.getTime() + LEASE_MS);
    const claim = { now, leaseEndsAt, limit, perClient: LANES_PER_CLIENT, underWay: this.countByClient() };
    try {
      return await this.prisma.$queryRaw<ClaimedDelivery[]>(claimDeliveries(claim));
    } catch (error) {
      this.logger.warn(`backchannel.sender_failed reason=${reasonOf(error)}`);
      return [];
    }
  }

  private countByClient(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { clientId } of this.underWay.keys()) counts.set(clientId, (counts.get(clientId) ?? 0) + 1);
    return counts;
  }

  private begin(delivery: ClaimedDelivery): void {
    const attempt = this.attempt(delivery)
      .catch((error: unknown) => {
        // The lease ends, and the delivery is due again.
        this.logger.warn(`backchannel.sender_failed delivery=${delivery.id} reason=${reasonOf(error)}`);
      })
      .finally(() => {
        this.underWay.delete(delivery);
        this.queue.attempts.ring();
        this.queue.wake(); // its lane is free
      });
    this.underWay.set(delivery, attempt);
  }

  private async attempt(delivery: ClaimedDelivery): Promise<void> {
    const { id, clientId, attempts, createdAt: since } = delivery;
    const result = await tellClient(this.engine.provider, delivery);
    const now = this.clock.now();
    const where = { id, attempts, deliveredAt: null }; // not if the lease ended and another replica took it on
    const about = `client=${clientId} delivery=${id} attempt=${attempts}`;
    if (result.kind === 'told') {
      await this.prisma.logoutDelivery.updateMany({ where, data: { deliveredAt: now, dueAt: null, lastError: null } });
      this.logger.log(`backchannel.told ${about}`);
      return;
    }
    const { kind, reason: lastError } = result;
    const next =
      kind === 'failed' ? nextAttempt({ attempts, now, since, giveUpS: this.giveUpS }, Math.random()) : undefined;
    if (next === undefined) {
      await this.prisma.logoutDelivery.updateMany({ where, data: { gaveUpAt: now, dueAt: null, lastError } });
      this.logger.warn(`backchannel.given_up ${about} reason=${JSON.stringify(lastError)}`);
      return;
    }
    await this.prisma.logoutDelivery.updateMany({ where, data: { dueAt: next, lastError } });
    const inMs = next.getTime() - now.getTime();
    this.logger.warn(`backchannel.failed ${about} next_ms=${Math.round(inMs)} reason=${JSON.stringify(lastError)}`);
  }
}
