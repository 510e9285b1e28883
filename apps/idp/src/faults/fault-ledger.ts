import type { FaultOrder, Place } from './fault-order.js';

/** Where a fault could be carried out now. */
export interface Occasion {
  readonly on: Place;
  /** undefined: not known */
  readonly clientId: string | undefined;
}

/** An order and how often it has been carried out. */
export type CountedOrder = FaultOrder & { readonly applied: number };

/** The faults that are ordered now, in this process alone. */
export class FaultLedger {
  private orders: readonly CountedOrder[] = [];

  /** Gives the orders with their counts. */
  list(): readonly CountedOrder[] {
    return this.orders;
  }

  /** Puts these orders in the place of all former ones and counts from 0. */
  replace(orders: readonly FaultOrder[]): void {
    this.orders = orders.map((order) => ({ ...order, applied: 0 }));
  }

  /** Takes the first order that is meant for this occasion and that `fits`, and counts it. */
  take<T extends FaultOrder>(occasion: Occasion, fits: (order: FaultOrder) => order is T): T | undefined {
    for (const [at, order] of this.orders.entries()) {
      if (!isMeantFor(order, occasion) || !fits(order)) continue;
      this.orders = this.orders.with(at, { ...order, applied: order.applied + 1 });
      return order;
    }
    return undefined;
  }
}

/** Says whether an order has times left and names the place and, if it names one, the client. */
function isMeantFor(order: CountedOrder, { on, clientId }: Occasion): boolean {
  const isLeft = order.times === undefined || order.applied < order.times;
  return isLeft && order.on === on && (order.clientId === undefined || order.clientId === clientId);
}
