import { afterEach, describe, expect, it } from '@jest/globals';
import { exclusively, ifFree, openChannel } from './tabs.js';

const { signal } = new AbortController();
const refuse = () => Promise.reject(new DOMException('not for this page', 'SecurityError'));
const { BroadcastChannel: channels } = globalThis;
const give = (name: string, value: unknown) => Object.defineProperty(globalThis, name, { value, configurable: true });
/** Locks of which one is held by a tab that is frozen. */
const frozen = {
  request: (_: string, { signal: stop }: LockOptions) =>
    new Promise((_resolve, reject) => {
      stop?.addEventListener('abort', () => {
        reject(stop.reason as Error);
      });
    }),
};

describe('tabs of one origin', () => {
  afterEach(() => {
    give('BroadcastChannel', channels);
    Reflect.deleteProperty(globalThis, 'navigator');
  });

  it('a page that may not use locks runs its task all the same, once', async () => {
    give('navigator', { locks: { request: refuse } });
    let count = 0;
    const task = () => Promise.resolve((count += 1));
    expect([await exclusively('a', task, signal), await ifFree('a', task)]).toEqual([1, 2]);
  });

  it('a task that rejects is not run a second time', async () => {
    give('navigator', { locks: { request: (_: string, __: LockOptions, task: () => unknown) => task() } });
    let count = 0;
    const task = () => Promise.reject(new Error(String((count += 1))));
    await expect(exclusively('a', task, signal)).rejects.toThrow('1');
  });

  it('waits no longer than it is told for a tab that is frozen, and not after it is over', async () => {
    give('navigator', { locks: frozen });
    const task = () => Promise.resolve('mine');
    await expect(exclusively('a', task, signal, 1)).rejects.toThrow();
    const over = new AbortController();
    const waiting = exclusively('a', task, over.signal);
    over.abort();
    await expect(waiting).rejects.toThrow();
  });

  it('a page that may not use channels is alone on them', () => {
    give('BroadcastChannel', function refused() {
      throw new DOMException('not for this page', 'SecurityError');
    });
    const channel = openChannel('a', () => undefined);
    expect(() => {
      channel.tell('anybody?');
      channel.close();
    }).not.toThrow();
  });

  it('nobody hears what is told after the channel is closed, and nothing is thrown', () => {
    const channel = openChannel('a', () => undefined);
    channel.close();
    expect(() => {
      channel.tell('anybody?');
    }).not.toThrow();
  });
});
