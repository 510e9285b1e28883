import { beforeAll, describe, expect, it } from '@jest/globals';

let failedSuites: (text: string) => readonly string[];
beforeAll(async () => {
  ({ failedSuites } = (await import(new URL('./failed-suites.mjs', import.meta.url).href)) as {
    failedSuites: typeof failedSuites;
  });
});

const suite = (name: string, status: string) => ({ name, status });
const RESULTS = {
  wasInterrupted: false,
  numFailedTestSuites: 1,
  testResults: [suite('/a.spec.ts', 'passed'), suite('/b.spec.ts', 'failed'), suite('/c.spec.ts', 'pending')],
};

describe('suites to run once more', () => {
  it.each([
    ['are those that failed', RESULTS, ['/b.spec.ts']],
    ['are none where nothing failed', { ...RESULTS, numFailedTestSuites: 0, testResults: [] }, []],
    ['are none where the run was interrupted', { ...RESULTS, wasInterrupted: true }, []],
    ['are none where a failure has no name', { ...RESULTS, numFailedTestSuites: 2 }, []],
    ['are none where nothing was written', {}, []],
  ])('%s', (_name, results, expected) => {
    expect(failedSuites(JSON.stringify(results))).toEqual(expected);
  });
});
