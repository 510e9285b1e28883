import { describe, expect, it } from '@jest/globals';
import { give } from './give.js';

describe('the global of the scripts', () => {
  it('has what each of them brings, in any order', () => {
    const page = globalThis as { sessionSync?: object };
    give({ createSession: 1 });
    const first = page.sessionSync;
    give({ accounts: 2 });
    expect(page.sessionSync).toEqual({ createSession: 1, accounts: 2 });
    expect(page.sessionSync).toBe(first); // who has kept it has the new ones too
  });
});
