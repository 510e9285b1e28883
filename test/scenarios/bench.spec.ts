import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

interface Row {
  readonly perSecond?: number;
  readonly p99Ms?: number;
  readonly failed?: number;
}

/** What a benchmark prints last. */
interface Printed {
  readonly rows: Readonly<Record<string, Row>>;
  readonly figures: Readonly<Record<string, number>>;
}

it('a quick run of the benchmark of /bff/user measures the gateway and both that it is compared with', async () => {
  const argv = ['dist/bench/main.js', 'user', '--quick'];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 300_000 });
  const { rows, figures } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Printed;
  expect(Object.keys(rows)).toHaveLength(3);
  for (const { perSecond, failed } of Object.values(rows)) {
    expect(perSecond).toBeGreaterThan(0);
    expect(failed).toBe(0);
  }
  expect(Object.values(figures).length).toBeGreaterThan(0);
  for (const figure of Object.values(figures)) expect(figure).toBeGreaterThan(0);
}, 300_000);

it.each([
  ['relay', 'the relay, and the loops that it is compared with', 3],
  ['revoke', 'the end of a person with many sessions in a service, and a bare UPDATE', 2],
  ['claim', 'the claim of due sessions from a small table and from a large one', 2],
  ['probes', 'the session-poller, and the loops that it is compared with', 3],
  ['guard', 'an answer behind the session guard, behind one that says yes, and behind none', 3],
  ['refused', 'the time until each replica refuses, and until bare consumers have heard', 2],
])(
  'a quick run of the benchmark %s measures %s',
  async (name, _what, count) => {
    const argv = ['dist/bench/main.js', name, '--quick'];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 300_000 });
    const { rows, figures } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Printed;
    expect(Object.keys(rows)).toHaveLength(count);
    for (const { perSecond, p99Ms, failed = 0 } of Object.values(rows)) {
      expect(perSecond ?? p99Ms).toBeGreaterThan(0);
      expect(failed).toBe(0);
    }
    for (const figure of Object.values(figures)) expect(figure).toBeGreaterThan(0);
  },
  300_000,
);
