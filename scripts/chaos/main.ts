import { parseArgs } from 'node:util';
import { runChaos } from './chaos.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    sessions: { type: 'string', default: '5000' },
    pollers: { type: 'string', default: '3' },
    /** seconds between two probes of one session */
    interval: { type: 'string', default: '15' },
    seed: { type: 'string' },
    /** pollers alone are killed, nothing else */
    gentle: { type: 'boolean', default: false },
  },
});
const started = performance.now();
const report = await runChaos(
  {
    ...{ seconds: Number(values.minutes) * 60, sessions: Number(values.sessions), pollers: Number(values.pollers) },
    ...{ intervalS: Number(values.interval), endShare: 0.3, everything: !values.gentle, patienceS: 600 },
    seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 32)),
  },
  (line) => {
    console.log(`${String(Math.round((performance.now() - started) / 1_000)).padStart(4)} s  ${line}`);
  },
);
console.log(JSON.stringify(report, undefined, 2));
const passed = report.missed === 0 && report.invented === 0 && report.events === report.really;
console.log(passed ? 'passed: every ended session is revoked, and not one other' : 'FAILED');
process.exitCode = passed ? 0 : 1;
