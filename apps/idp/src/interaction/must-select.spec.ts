import { describe, expect, it } from '@jest/globals';
import { mustSelect } from './must-select.js';

const two = { current: 'ana', remembered: ['ana', 'ben'], isKnown: false, hinted: undefined };

describe('whose account is meant', () => {
  it.each([
    ['is asked when two people use the browser and the app is new to the session', two, true],
    ['is asked when the cookie knows only somebody else', { ...two, remembered: ['ben'] }, true],
    ['is not asked when nobody else uses the browser', { ...two, remembered: ['ana'] }, false],
    ['is not asked of a browser that remembers nobody', { ...two, remembered: [] }, false],
    ['is not asked when the session has been used for the app', { ...two, isKnown: true }, false],
    ['is not asked when the app names the person', { ...two, hinted: 'ana' }, false],
    ['is asked all the same when the app names another', { ...two, hinted: 'ben' }, true],
    ['is not asked of nobody: signing in comes first', { ...two, current: undefined }, false],
  ])('%s', (_what, selection, asked) => {
    expect(mustSelect(selection)).toBe(asked);
  });
});
