import { expect, it } from '@jest/globals';
import { runChaos } from '../../scripts/chaos/chaos.js';

it('an IdP that answers at random and pollers that are killed: every ended session is revoked in the service, and not one other', async () => {
  const lines: string[] = [];
  const options = { seconds: 25, sessions: 200, pollers: 2, intervalS: 2, endShare: 0.3, everything: false, seed: 7 };
  const report = await runChaos({ ...options, patienceS: 180 }, (line) => lines.push(line));
  expect({ ...report, lines }).toMatchObject({ missed: 0, invented: 0, events: report.really });
  expect(report.really).toBeGreaterThan(10);
  expect(report.kills).toBeGreaterThan(0);
  expect(report.answers.error).toBeGreaterThan(0); // else the IdP was never chaotic
}, 300_000);
