import { parseArgs } from 'node:util';
import { claim } from './claim.js';
import { events } from './events.js';
import { guard } from './guard.js';
import { memory } from './memory.js';
import { probes } from './probes.js';
import { proxy } from './proxy.js';
import { refused } from './refused.js';
import { relay } from './relay.js';
import { type Options, print, type Report } from './report.js';
import { revoke } from './revoke.js';
import { user } from './user.js';

const BENCHMARKS: Readonly<Record<string, (options: Options) => Promise<Report>>> = {
  user,
  events,
  memory,
  proxy,
  claim,
  probes,
  relay,
  revoke,
  guard,
  refused,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** one round of a second for two browsers: shows that a benchmark works, and nothing else */
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    /** a folder for a processor profile of what is measured */
    profile: { type: 'string' },
  },
});
const flags = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
const options: Options = values.quick
  ? { seconds: 1, rounds: 1, warmUps: 0, browsers: 2, flags }
  : { seconds: Number(values.seconds), rounds: Number(values.rounds), warmUps: 1, browsers: 20, flags };
const names = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
const unknown = names.find((name) => BENCHMARKS[name] === undefined);
if (unknown === undefined) {
  for (const name of names) {
    const report = await BENCHMARKS[name]?.(options);
    if (report !== undefined) print(report);
  }
} else {
  console.error(`bench: there is no benchmark ${unknown}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exitCode = 64;
}
