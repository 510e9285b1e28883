import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import { Audit } from '../audit/audit.service.js';
import type { LogoutDelivery, Prisma, PrismaClient } from '../generated/client.js';
import { LogoutQueue } from '../logout/logout-queue.service.js';
import type { OperatorBy } from './operator.decorator.js';

/** `pending`: not tried yet. `failed`: tried, and will be again. */
export const DELIVERY_STATES = ['pending', 'failed', 'delivered', 'given_up'] as const;

/** One of them. */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What is owed to one client: to be told of one ending. */
export interface DeliveryView {
  readonly id: string;
  readonly endingId: string;
  readonly clientId: string;
  readonly sub: string;
  /** the session's id as told to this client */
  readonly sid: string | undefined;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAt: Date;
  /** when it is tried next */
  readonly dueAt: Date | undefined;
  readonly lastError: string | undefined;
  readonly deliveredAt: Date | undefined;
  readonly gaveUpAt: Date | undefined;
}

/** That a session ended, and who has been told. */
export interface EndingView {
  readonly id: string;
  readonly sessionId: string;
  readonly sub: string;
  readonly cause: string;
  readonly actor: string;
  readonly push: boolean;
  readonly endedAt: Date;
  readonly deliveries: readonly DeliveryView[];
}

/** A page of a list that has the newest first. */
interface NewestFirst {
  /** the last id of the page before */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Which endings are sought. */
export interface EndingQuery extends NewestFirst {
  readonly sub?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** Which deliveries are sought. */
export interface DeliveryQuery extends NewestFirst {
  readonly state?: DeliveryState | undefined;
  readonly clientId?: string | undefined;
}

/** The endings of sessions, and what came of telling the clients. */
@Injectable()
export class EndingLog {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly queue: LogoutQueue,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async endings({ sub, sessionId, after, limit }: EndingQuery): Promise<readonly EndingView[]> {
    const rows = await this.prisma.sessionEnding.findMany({
      where: {
        ...(sub === undefined ? {} : { sub }),
        ...(sessionId === undefined ? {} : { sessionUid: sessionId }),
        ...(after === undefined ? {} : { id: { lt: after } }), // ids grow with time (UUID version 7)
      },
      include: { deliveries: { orderBy: { id: 'asc' } } },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map(({ sessionUid, deliveries, ...rest }) => ({
      ...rest,
      sessionId: sessionUid,
      deliveries: deliveries.map(deliveryView),
    }));
  }

  async deliveries({ state, clientId, after, limit }: DeliveryQuery): Promise<readonly DeliveryView[]> {
    const rows = await this.prisma.logoutDelivery.findMany({
      where: {
        ...(state === undefined ? {} : WHERE[state]),
        ...(clientId === undefined ? {} : { clientId }),
        ...(after === undefined ? {} : { id: { lt: after } }),
      },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map(deliveryView);
  }

  /**
   * Lets a delivery be tried at once, also one that was given up.
   *
   * @returns undefined when there is no such delivery; one that has arrived stays as it is
   */
  async retry(id: string, by: OperatorBy): Promise<DeliveryView | undefined> {
    const delivery = await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.logoutDelivery.updateMany({
        where: { id, deliveredAt: null },
        data: { dueAt: this.clock.now(), gaveUpAt: null },
      });
      const row = await tx.logoutDelivery.findUnique({ where: { id } });
      if (count === 0 || row === null) return row;
      const { sub, clientId } = row;
      await this.audit.record({ action: 'delivery.retried', ...by, sub, clientId, detail: { delivery: id } }, tx);
      return row;
    });
    this.queue.wake();
    return delivery === null ? undefined : deliveryView(delivery);
  }
}

const WHERE: Readonly<Record<DeliveryState, Prisma.LogoutDeliveryWhereInput>> = {
  pending: { deliveredAt: null, gaveUpAt: null, lastError: null },
  failed: { deliveredAt: null, gaveUpAt: null, lastError: { not: null } },
  delivered: { deliveredAt: { not: null } },
  given_up: { gaveUpAt: { not: null } },
};

function stateOf({ deliveredAt, gaveUpAt, lastError }: LogoutDelivery): DeliveryState {
  if (deliveredAt !== null) return 'delivered';
  if (gaveUpAt !== null) return 'given_up';
  return lastError === null ? 'pending' : 'failed';
}

function deliveryView(row: LogoutDelivery): DeliveryView {
  const { id, endingId, clientId, sub, sid, attempts, createdAt, dueAt, lastError, deliveredAt, gaveUpAt } = row;
  return {
    ...{ id, endingId, clientId, sub, sid: sid ?? undefined, state: stateOf(row), attempts, createdAt },
    dueAt: dueAt ?? undefined,
    lastError: lastError ?? undefined,
    deliveredAt: deliveredAt ?? undefined,
    gaveUpAt: gaveUpAt ?? undefined,
  };
}
