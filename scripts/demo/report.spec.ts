import { describe, expect, it } from '@jest/globals';
import { noFigures, toJsonLine } from './report.js';

const step = { id: 'a', title: 'Ana signs in', ok: true, ms: 12 };

describe('the result for programs', () => {
  it('is one line of exactly this shape when the story passed', () => {
    const figures = { silentSignInMs: 40, detectMs: 2100, publishToRevokedMs: { notes: 3, billing: 4 } };
    expect(toJsonLine({ steps: [step], figures, fault: undefined })).toBe(
      '{"passed":true,"steps":[{"id":"a","ok":true,"ms":12}],' +
        '"silentSignInMs":40,"detectMs":2100,"publishToRevokedMs":{"notes":3,"billing":4}}',
    );
  });

  it('says why when it did not', () => {
    const fault = ['step a: Ana signs in', 'expected: x', 'seen: y'];
    expect(JSON.parse(toJsonLine({ steps: [{ ...step, ok: false }], figures: noFigures, fault }))).toMatchObject({
      passed: false,
      steps: [{ id: 'a', ok: false }],
      detectMs: null,
      fault: 'step a: Ana signs in; expected: x; seen: y',
    });
  });
});
