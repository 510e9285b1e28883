import { SystemClock } from '#http';
import { DEAD_AFTER } from '#session';
import { type HubDatabase, WOKEN_AT } from '#store';
import { type Command, UsageError } from './command.js';
import { HUB_USAGE, withHub } from './hub-of.js';

const HOUR_MS = 60 * 60_000;
type Say = (line: string) => void;

/** Shows how asking about sessions goes, and what waits. */
export const status: Command = {
  usage: HUB_USAGE,
  summary: 'shows for each issuer how asking about sessions goes, what the brake holds, and what waits in the outbox',
  run: (args, say, env) =>
    withHub(args, env, async (database, rest) => {
      if (rest.length > 0) throw new UsageError('it takes no argument');
      const now = new SystemClock().now();
      const issuers = await issuersOf(database);
      if (issuers.length === 0) say('no issuer has been asked about a session yet');
      for (const iss of issuers) await sayIssuer(database, iss, now, say);
      await sayOutbox(database, now, say);
      for (const { transmitter, status: state, failures, polledAt } of await database.ssfStream.findMany())
        say(`ssf ${transmitter}: ${state}, polled ${agoOf(polledAt, now)}, failures ${failures}`);
      return 0;
    }),
};

async function issuersOf(database: HubDatabase): Promise<readonly string[]> {
  const known = [
    await database.issuerHealth.findMany({ distinct: ['iss'], select: { iss: true } }),
    await database.issuerBrake.findMany({ select: { iss: true } }),
    await database.probeCount.findMany({ distinct: ['iss'], select: { iss: true } }),
  ];
  return [...new Set(known.flat().map(({ iss }) => iss))].sort();
}

async function sayIssuer(database: HubDatabase, iss: string, now: Date, say: Say): Promise<void> {
  const live = { iss, endedAt: null, expiresAt: { gt: now } };
  const [brake, held, unknown, due] = [
    await database.issuerBrake.findUnique({ where: { iss } }),
    await database.ssoSession.count({ where: { ...live, heldAt: { not: null } } }),
    await database.ssoSession.aggregate({
      where: { ...live, unknownSince: { not: null } },
      _min: { unknownSince: true },
    }),
    await database.ssoSession.aggregate({
      where: { ...live, probeDueAt: { gt: WOKEN_AT }, OR: [{ leaseEndsAt: null }, { leaseEndsAt: { lte: now } }] }, // what is asked about now is not overdue
      _min: { probeDueAt: true },
    }),
  ];
  say(iss);
  const state = brake === null ? 'free' : `${brake.state} since ${brake.since.toISOString()}`;
  const why = brake === null || brake.state === 'free' ? '' : ` (${brake.reason})`;
  say(`  brake: ${state}${why}, held ${held}${brake?.changedBy ? `, last changed by ${brake.changedBy}` : ''}`);
  say(
    `  oldest unknown: ${agoOf(unknown._min.unknownSince, now)}; most overdue probe: ${overdueOf(due._min.probeDueAt, now)}`,
  );
  for (const method of await methodsOf(database, iss, now)) say(`  ${method}`);
}

async function methodsOf(database: HubDatabase, iss: string, now: Date): Promise<readonly string[]> {
  const health = await database.issuerHealth.findMany({ where: { iss } });
  const counts = await database.probeCount.groupBy({
    ...{ by: ['method'], where: { iss, minute: { gt: new Date(now.getTime() - HOUR_MS) } } },
    _sum: { active: true, ended: true, unknown: true },
  });
  const methods = new Set([...health, ...counts].map(({ method }) => method));
  return [...methods].sort().map((method) => {
    const ofMethod = health.filter((each) => each.method === method);
    const known = ofMethod.find(({ calibratedAt }) => calibratedAt === null) ?? ofMethod[0]; // of several clients the one in doubt
    const { active, ended, unknown } = counts.find((each) => each.method === method)?._sum ?? {};
    const doubted = known?.doubtedAt ? `doubted ${agoOf(known.doubtedAt, now)}` : 'never said active';
    const calibration = known?.calibratedAt ? `calibrated, last active ${agoOf(known.lastActiveAt, now)}` : doubted;
    return `${method}: ${calibration}; last hour: active ${active ?? 0}, ended ${ended ?? 0}, unknown ${unknown ?? 0}`;
  });
}

async function sayOutbox(database: HubDatabase, now: Date, say: Say): Promise<void> {
  const where = { publishedAt: null };
  const waiting = await database.outboxEvent.aggregate({ where, _count: true, _min: { createdAt: true } });
  const failing = await database.outboxEvent.count({ where: { ...where, attempts: { gt: 0 } } });
  const dead = await database.outboxEvent.count({ where: { ...where, attempts: { gte: DEAD_AFTER } } });
  const oldest = agoOf(waiting._min.createdAt, now);
  const look = dead === 0 ? '' : ': npm run sso -- dead lists them';
  say(`outbox: waiting ${waiting._count}, oldest ${oldest}; failed before ${failing}, dead ${dead}${look}`);
}

function agoOf(at: Date | null, now: Date): string {
  return at === null ? 'none' : `${Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000))} s ago`;
}

function overdueOf(at: Date | null, now: Date): string {
  const overdueS = at === null ? 0 : Math.round((now.getTime() - at.getTime()) / 1000);
  return overdueS > 0 ? `${overdueS} s` : 'none';
}
