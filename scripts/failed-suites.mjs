/** More suites than these fail for one reason, which is not that the machine was busy. */
export const MOST_ONCE_MORE = 2;

/**
 * Gives the files of the suites that failed, from what Jest writes with `--json`. None when it does not account for every failure:
 * then a second run of some would prove nothing.
 */
export function failedSuites(text) {
  const { testResults = [], numFailedTestSuites = 0, wasInterrupted = true } = JSON.parse(text);
  const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return wasInterrupted || failed.length !== numFailedTestSuites ? [] : failed;
}
