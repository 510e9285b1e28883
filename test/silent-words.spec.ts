import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { SilentOutcome } from '#oidc';
import { type Outcome, toOutcome } from '../libs/browser/src/outcome.js';

/** Does not compile when one side has a word that the other has not. Only a page can find out that time has run out. */
const WORDS: Readonly<Record<SilentOutcome, true>> & Readonly<Record<Exclude<Outcome, 'timeout'>, true>> = {
  signed_in: true,
  login_required: true,
  consent_required: true,
  interaction_required: true,
  account_selection_required: true,
  account_changed: true,
  unavailable: true,
  denied: true,
  failed: true,
  suppressed: true,
};

describe('the words of a silent sign-in', () => {
  it.each(Object.keys(WORDS))('%s is read as itself', (word) => {
    expect(toOutcome(word)).toBe(word);
  });

  it("are the gateway's, all of them and no others", async () => {
    const source = await readFile('libs/oidc/src/silent-outcome.ts', 'utf8');
    const [, union = ''] = /type SilentOutcome =([^;]*);/.exec(source) ?? [];
    const words = [...union.replace(/\/\*\*.*?\*\//gs, '').matchAll(/'(\w+)'/g)].map(([, word]) => word);
    expect(words.toSorted()).toEqual(Object.keys(WORDS).toSorted());
  });

  it.each([
    ['timeout'],
    ['LOGIN_REQUIRED'],
    ['constructor'],
    ['__proto__'],
    [''],
    [undefined],
    [null],
    [1],
    [['denied']],
  ])('%p is none of them: failed', (word) => {
    expect(toOutcome(word)).toBe('failed');
  });
});
