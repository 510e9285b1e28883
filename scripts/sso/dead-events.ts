import type { DeadEvents } from '#session';
import { PrismaDeadEvents } from '#store';
import { type Command, UsageError } from './command.js';
import { HUB_USAGE, withHub } from './hub-of.js';

const MOST = 100;

/** Lists the events that the broker refuses. */
export const dead: Command = {
  usage: HUB_USAGE,
  summary: `lists the events that NATS has refused ten times or more, at most ${MOST}`,
  run: (args, say, env) => withHub(args, env, (database, rest) => list(new PrismaDeadEvents(database), rest, say)),
};

/** Has refused events published again now. */
export const retry: Command = {
  usage: `<event id>|all ${HUB_USAGE}`,
  summary: 'has one event that NATS refused published again now, or all of them',
  run: (args, say, env) => withHub(args, env, (database, rest) => makeDue(new PrismaDeadEvents(database), rest, say)),
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
