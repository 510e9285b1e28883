import type { DeadEvents } from '#session';
import { HubDatabase, PrismaDeadEvents } from '#store';
import { type Command, UsageError } from './command.js';

const MOST = 100;

/** Lists the events that the broker refuses. */
export const dead: Command = {
  usage: '',
  summary: `lists the events that NATS has refused ten times or more, at most ${MOST}; needs HUB_DATABASE_URL`,
  run: (args, say) => onDeadEvents((events) => list(events, args, say)),
};

/** Has refused events published again now. */
export const retry: Command = {
  usage: '<event id>|all',
  summary: 'has one event that NATS refused published again now, or all of them; needs HUB_DATABASE_URL',
  run: (args, say) => onDeadEvents((events) => makeDue(events, args, say)),
};

async function list(events: DeadEvents, args: readonly string[], say: (line: string) => void): Promise<number> {
  if (args.length > 0) throw new UsageError('it takes no argument');
  const found = await events.list(MOST);
  for (const { eventId, sid, createdAt, attempts, retryAt, reason } of found)
    say(
      `${eventId} sid=${sid} written=${createdAt.toISOString()} attempts=${attempts} reason=${reason} next=${retryAt?.toISOString() ?? 'now'}`,
    );
  if (found.length === 0) say('no event is dead');
  return 0;
}

async function makeDue(events: DeadEvents, args: readonly string[], say: (line: string) => void): Promise<number> {
  const [which, ...more] = args;
  if (which === undefined || more.length > 0) throw new UsageError('it takes one event id, or all');
  const count = await events.retry(which === 'all' ? undefined : which);
  say(count === 0 ? 'there is no such refused event' : `${count} made due: a poller publishes now`);
  return count === 0 ? 1 : 0;
}

async function onDeadEvents(work: (events: DeadEvents) => Promise<number>): Promise<number> {
  const url = process.env.HUB_DATABASE_URL;
  if (url === undefined) throw new UsageError("HUB_DATABASE_URL is missing: the hub's Postgres database");
  const database = new HubDatabase(url);
  try {
    return await work(new PrismaDeadEvents(database));
  } finally {
    await database.$disconnect();
  }
}
