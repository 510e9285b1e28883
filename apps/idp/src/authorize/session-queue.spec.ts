import { describe, expect, it } from '@jest/globals';
import { SessionQueue } from './session-queue.js';

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('the queue of one session', () => {
  it('runs one task after another, and other sessions at once', async () => {
    const queue = new SessionQueue();
    const { opened, open } = gate();
    const seen: string[] = [];
    const note = (name: string, until?: Promise<void>) => async (): Promise<void> => {
      await until;
      seen.push(name);
    };
    const first = queue.run('a', note('first', opened));
    const second = queue.run('a', note('second'));
    await queue.run('b', note('other'));
    expect(seen).toEqual(['other']);
    open();
    await Promise.all([first, second]);
    expect(seen).toEqual(['other', 'first', 'second']);
  });

  it('goes on after a task that failed, and tells only its own caller', async () => {
    const queue = new SessionQueue();
    const failed = queue.run('a', () => Promise.reject(new Error('mine')));
    const next = queue.run('a', () => Promise.resolve());
    await expect(failed).rejects.toThrow('mine');
    await expect(next).resolves.toBeUndefined();
  });
});
