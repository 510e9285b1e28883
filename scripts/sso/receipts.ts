import { SystemClock } from '#http';
import type { EventTrace, Receipts } from '#session';
import { PrismaReceipts } from '#store';
import { type Command, UsageError } from './command.js';
import { HUB_HELP, HUB_USAGE, withHub } from './hub-of.js';

type Say = (line: string) => void;

/** Shows which services have applied an ending, and which have not said so. */
export const receipts: Command = {
  usage: `[<event id>|<sid>|<logout id>] ${HUB_USAGE}`,
  summary:
    'shows which services have applied an ending, when, and which have not said so; without one: who owes receipts',
  help: `An event is known for a week, and a service for a week after its latest receipt. Times are by the clocks of both ends.\n${HUB_HELP}`,
  run: (args, say, env) =>
    withHub(args, env, (database, rest) => {
      const [key, ...more] = rest;
      if (more.length > 0) throw new UsageError('name one event, session or logout');
      const [gathered, now] = [new PrismaReceipts(database), new SystemClock().now()];
      return key === undefined ? sayOwed(gathered, now, say) : sayTraces(gathered, key, now, say);
    }),
};

async function sayOwed(gathered: Receipts, now: Date, say: Say): Promise<number> {
  const owed = await gathered.owed();
  for (const { service, iss, events, since } of owed)
    say(`${service}: ${events} of ${iss} not confirmed, the oldest for ${secondsOf(since, now)}`);
  if (owed.length === 0) say('no service owes a receipt');
  return 0;
}

async function sayTraces(gathered: Receipts, key: string, now: Date, say: Say): Promise<number> {
  const traces = await gathered.traceOf(key);
  for (const trace of traces) sayTrace(trace, now, say);
  if (traces.length === 0) say('no event, session or logout of the last week has this id');
  return traces.length === 0 ? 1 : 0;
}

function sayTrace({ event, publishedAt, ...said }: EventTrace, now: Date, say: Say): void {
  const { id, scope, sid, cause, detectedAt } = event;
  const published = publishedAt === undefined ? 'waits in the outbox' : `published=${publishedAt.toISOString()}`;
  say(`${id} scope=${scope} sid=${sid ?? '-'} cause=${cause} detected=${detectedAt.toISOString()} ${published}`);
  for (const { service, appliedAt, sessions } of said.receipts) {
    const ms = Math.max(0, appliedAt.getTime() - detectedAt.getTime());
    say(`  ${service}: applied=${appliedAt.toISOString()} sessions=${sessions} after=${ms} ms`);
  }
  for (const service of said.silent)
    say(`  ${service}: not confirmed for ${secondsOf(publishedAt ?? detectedAt, now)}`);
}

function secondsOf(since: Date, now: Date): string {
  return `${Math.max(0, Math.round((now.getTime() - since.getTime()) / 1_000))} s`;
}
