import { describe, expect, it } from '@jest/globals';
import { FaultOrder, FaultOrders } from './fault-order.js';

function placesOf(list: readonly unknown[]): readonly string[] {
  return FaultOrders.safeParse(list).error?.issues.map(({ path }) => path.join('.')) ?? [];
}

describe('an order of a fault', () => {
  it('has defaults', () => {
    expect(FaultOrder.parse({ on: 'token', fault: 'status' })).toMatchObject({ status: 503 });
    expect(FaultOrder.parse({ on: 'backchannel', fault: 'drop' })).toMatchObject({ silently: false });
  });

  it.each([
    ['a place that is not there', { on: 'kitchen', fault: 'drop' }, 'on'],
    ['a fault that is not there', { on: 'token', fault: 'explode' }, 'fault'],
    ['a delay without its length', { on: 'token', fault: 'delay' }, 'delayMs'],
    ['a clock that is not skewed', { on: 'token', fault: 'skew_clock', seconds: 0 }, 'seconds'],
    ['a status that is no error', { on: 'token', fault: 'status', status: 200 }, 'status'],
    ['a duplicate of an answer', { on: 'token', fault: 'duplicate' }, 'on'],
    ['a signature where nothing is signed', { on: 'jwks', fault: 'mis_sign' }, 'on'],
    ['no times at all', { on: 'token', fault: 'drop', times: 0 }, 'times'],
    ['a client of discovery', { on: 'discovery', fault: 'drop', clientId: 'a' }, 'clientId'],
    ['a silent drop of an answer', { on: 'token', fault: 'drop', silently: true }, 'silently'],
  ])('is refused for %s', (_what, order, place) => {
    expect(placesOf([{ on: 'token', fault: 'drop' }, order])).toEqual([`1.${place}`]);
  });

  it('is refused for a key that belongs to another fault, without repeating it', () => {
    const { error } = FaultOrder.safeParse({ on: 'token', fault: 'drop', delayMs: 5 });
    expect(error?.issues[0]?.message).toBe('has a key that this fault does not know');
  });
});
