import { describe, expect, it } from '@jest/globals';
import { FaultLedger } from './fault-ledger.js';
import { FaultOrders, isAfter, isInstead } from './fault-order.js';

function ledgerOf(orders: unknown): FaultLedger {
  const ledger = new FaultLedger();
  ledger.replace(FaultOrders.parse(orders));
  return ledger;
}

const at = (clientId?: string) => ({ on: 'token', clientId }) as const;

describe('the ledger of faults', () => {
  it('gives the first order that fits, as often as it says, and counts', () => {
    const ledger = ledgerOf([
      { on: 'token', fault: 'drop', times: 2 },
      { on: 'token', fault: 'delay', delayMs: 5 },
    ]);
    const taken = [1, 2, 3, 4].map(() => ledger.take(at(), isAfter)?.fault);
    expect(taken).toEqual(['drop', 'drop', 'delay', 'delay']);
    expect(ledger.list().map(({ applied }) => applied)).toEqual([2, 2]);
  });

  it('passes over what is for another place, another client or another moment', () => {
    const ledger = ledgerOf([
      { on: 'userinfo', fault: 'drop' },
      { on: 'token', fault: 'drop', clientId: 'a' },
      { on: 'token', fault: 'hang' },
    ]);
    expect(ledger.take(at('b'), isAfter)).toBeUndefined();
    expect(ledger.take(at(), isAfter)).toBeUndefined();
    expect(ledger.take(at('b'), isInstead)?.fault).toBe('hang');
    expect(ledger.take(at('a'), isAfter)?.fault).toBe('drop');
  });

  it('begins to count anew with a new list', () => {
    const ledger = ledgerOf([{ on: 'token', fault: 'drop' }]);
    ledger.take(at(), isAfter);
    ledger.replace([]);
    expect(ledger.list()).toEqual([]);
    expect(ledger.take(at(), isAfter)).toBeUndefined();
  });
});
