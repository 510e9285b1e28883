import { parseArgs } from 'node:util';
import {
  issuerProfile,
  issuerProfileNames,
  type Load,
  type Plan,
  planOf,
  PROBES_A_CORE,
  type TimeToNotice,
} from '#session';
import { type Command, UsageError } from './command.js';

const OPTIONS = {
  sessions: { type: 'string' },
  interval: { type: 'string', default: '900' },
  active: { type: 'string' },
  awake: { type: 'string' },
  profile: { type: 'string', default: 'generic' },
  'push-proven': { type: 'boolean', default: false },
  confirm: { type: 'boolean', default: false },
  'max-per-s': { type: 'string' },
  'latency-ms': { type: 'string', default: '50' },
  concurrency: { type: 'string', default: '16' },
  'probes-a-core': { type: 'string', default: String(PROBES_A_CORE) },
  json: { type: 'boolean', default: false },
} as const;

const help = `  --sessions N            sessions at the IdP, whatever number of browsers hangs on them
  --active SHARE          how many of them are in use now: 5% or 0.05
  --awake SHARE           how many more were used within the hour; default: as many as --active
  --interval SECONDS      probe.intervalS; default: 900
  --profile NAME          the IdP's profile: its shortest interval counts; default: generic
  --push-proven           the IdP tells nearly all endings by itself: then it is asked a quarter as often
  --confirm               "ended" is asked a second time: weak evidence
  --max-per-s N           probe.maxPerS; default: no limit
  --latency-ms N          how long the IdP takes for an answer; default: 50
  --concurrency N         probe.concurrency; default: 16
  --probes-a-core N       what one poller does at most (npm run bench -- probes measures it); default: ${PROBES_A_CORE}
  --json                  the figures as one JSON object

Example: npm run sso -- plan --sessions 10000000 --interval 900 --active 5%`;

/** Says what it takes to ask about so many sessions, and how soon an ending is noticed. */
export const plan: Command = {
  usage: '--sessions N --active SHARE [options]; --help tells which',
  summary:
    'what it takes to ask about so many sessions: probes a second, pollers, writes, and how soon an ending is noticed',
  help,
  run: (args, say) => {
    const { load, json } = loadOf(args);
    const result = planOf(load);
    if (json) say(JSON.stringify(result, undefined, 2));
    else for (const line of linesOf(load, result)) say(line);
    return Promise.resolve(0);
  },
};

function loadOf(args: readonly string[]): { readonly load: Load; readonly json: boolean } {
  const { values } = parsed(args);
  const name = issuerProfileNames.find((known) => known === values.profile);
  if (name === undefined) throw new UsageError(`--profile is one of ${issuerProfileNames.join(', ')}`);
  const inUse = shareOf('active', values.active);
  const awake = values.awake === undefined ? Math.min(inUse, 1 - inUse) : shareOf('awake', values.awake);
  if (inUse + awake > 1) throw new UsageError('--active and --awake are more than all together');
  const load = {
    ...{ sessions: numberOf('sessions', values.sessions), inUse, awake },
    intervalMs: numberOf('interval', values.interval) * 1000,
    pushProven: values['push-proven'],
    confirm: values.confirm,
    maxPerS: values['max-per-s'] === undefined ? undefined : numberOf('max-per-s', values['max-per-s']),
    latencyMs: numberOf('latency-ms', values['latency-ms']),
    concurrency: numberOf('concurrency', values.concurrency),
    probesACore: numberOf('probes-a-core', values['probes-a-core']),
    profile: issuerProfile(name),
  };
  return { load, json: values.json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function numberOf(name: string, text: string | undefined): number {
  const number = Number(text);
  if (text === undefined || !(number > 0) || !Number.isFinite(number))
    throw new UsageError(`--${name} must be a number above 0`);
  return number;
}

/** Reads `5%` and `0.05`. */
function shareOf(name: string, text: string | undefined): number {
  const number = text?.endsWith('%') === true ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text === undefined || !(number >= 0 && number <= 1))
    throw new UsageError(`--${name} must be a share, such as 5%`);
  return number;
}

function linesOf(load: Load, result: Plan): readonly string[] {
  const { inUse, awake } = load;
  const number = (value: number) => new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(value);
  const percent = (share: number) => `${number(100 * share)} %`;
  const times = ({ meanMs, worstMs }: TimeToNotice) => `${spanOf(meanMs)} in the mean, ${spanOf(worstMs)} at worst`;
  return [
    `sessions            ${number(load.sessions)}: ${percent(inUse)} in use, ${percent(awake)} awake, ${percent(1 - inUse - awake)} asleep`,
    `probes              ${number(result.probesPerS)}/s${result.probesPerS < result.wantedPerS ? ` of ${number(result.wantedPerS)}/s that are needed` : ''}`,
    `pollers             ${result.pollers}, with at most ${number(result.perPollerPerS)}/s each`,
    `Postgres            ${number(result.statementsPerS)} statements/s that write ${number(result.writesPerS)} rows/s`,
    'an ending at the IdP, where push does not tell it, is noticed',
    `  in use            ${times(result.inUse)}`,
    `  awake             ${times(result.awake)}`,
    `  asleep            when somebody comes back, ${spanOf(result.asleep.worstMs)} later`,
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function spanOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
