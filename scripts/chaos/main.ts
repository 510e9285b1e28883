import { parseArgs } from 'node:util';
import { runChaos } from './chaos.js';

const USAGE = `npm run chaos -- [--minutes 10] [--sessions 5000] [--pollers 3] [--interval 15] [--seed N] [--gentle]

An IdP that answers at random; pollers, a service, NATS and Postgres that are killed and started again. Then every session
that has really ended must be revoked in the service, and not one other. Exits 1 if not.

  --interval   seconds between two probes of one session
  --seed       the same seed draws the same faults
  --gentle     only pollers are killed`;

const OPTIONS = {
  minutes: { type: 'string', default: '10' },
  sessions: { type: 'string', default: '5000' },
  pollers: { type: 'string', default: '3' },
  interval: { type: 'string', default: '15' },
  seed: { type: 'string' },
  gentle: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const asked = read();
const started = performance.now();
const report = await runChaos(
  {
    ...{ seconds: asked.minutes * 60, sessions: asked.sessions, pollers: asked.pollers, seed: asked.seed },
    ...{ intervalS: asked.interval, endShare: 0.3, everything: !asked.gentle, patienceS: 600 },
  },
  (line) => {
    console.log(`${String(Math.round((performance.now() - started) / 1_000)).padStart(4)} s  ${line}`);
  },
);
console.log(JSON.stringify(report, undefined, 2));
const passed = report.missed === 0 && report.invented === 0 && report.events === report.really;
console.log(passed ? 'passed: every ended session is revoked, and not one other' : 'FAILED');
process.exitCode = passed ? 0 : 1;

function read() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (values.help) stop(USAGE, 0);
    const { gentle } = values;
    const { minutes, sessions, pollers, interval, seed = Math.floor(Math.random() * 2 ** 32) } = values;
    return { gentle, ...numbersOf({ minutes, sessions, pollers, interval, seed }) };
  } catch (error) {
    return stop(`chaos: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 64);
  }
}

function numbersOf<K extends string>(texts: Readonly<Record<K, string | number>>): Readonly<Record<K, number>> {
  const numbers = Object.entries<string | number>(texts).map(([name, text]) => [name, Number(text)] as const);
  const wrong = numbers.find(([, number]) => !(number > 0));
  if (wrong !== undefined) throw new TypeError(`--${wrong[0]} must be a number above 0`);
  return Object.fromEntries(numbers) as Record<K, number>;
}

function stop(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
