import { describe, expect, it } from '@jest/globals';
import { takeLibraryNotices } from './library-notices.js';

describe("the protocol library's notices", () => {
  const printed: unknown[][] = [];
  const logged: string[] = [];
  const target = {
    warn: (...args: unknown[]) => void printed.push(args),
    info: (...args: unknown[]) => void printed.push(args),
  };
  takeLibraryNotices(target, { warn: (message) => void logged.push(message) });

  it('become log events, without colours', () => {
    target.info('\x1b[33;1moidc-provider NOTICE: a thing to change\x1b[0m');
    target.warn('oidc-provider WARNING: something');
    expect(logged).toEqual(['library.notice text="a thing to change"', 'library.notice text="something"']);
  });

  it('say nothing of the runtime, and leave every other line alone', () => {
    target.warn('oidc-provider WARNING: Unsupported runtime. Use another.');
    target.warn('something else', 1);
    expect(logged).toHaveLength(2);
    expect(printed).toEqual([['something else', 1]]);
  });
});
