import { type HubDatabase, PrismaBrakes } from '#store';
import { SystemClock } from '#http';
import { type Command, UsageError } from './command.js';
import { HUB_USAGE, withHub } from './hub-of.js';

const usage = `<issuer> ${HUB_USAGE}`;

/** Lists the sessions whose ending the brake holds back. Nobody's name is shown. */
export const held: Command = {
  usage,
  summary: 'lists the sessions whose ending the mass-logout brake holds back, and on what evidence',
  run: (args, say, env) =>
    withHub(args, env, async (database, rest) => {
      const iss = await issuerOf(database, rest);
      const where = { iss, endedAt: null, heldAt: { not: null } };
      const select = { id: true, heldAt: true, heldEvidence: true };
      const rows = await database.ssoSession.findMany({ where, select, orderBy: { heldAt: 'asc' } });
      for (const { id, heldAt, heldEvidence } of rows)
        say(`sid=${id} held=${heldAt?.toISOString() ?? ''} evidence=${JSON.stringify(heldEvidence)}`);
      say(`${rows.length} held`);
      return 0;
    }),
};

/** Orders the pollers to write what the brake holds back. */
export const release: Command = {
  usage,
  summary: 'ends the sessions that the brake holds back: the session-pollers do it, up to 100 a second',
  run: (args, say, env) =>
    withHub(args, env, async (database, rest) => {
      const iss = await issuerOf(database, rest);
      const count = await database.ssoSession.count({ where: { iss, endedAt: null, heldAt: { not: null } } });
      const isReleased = await new PrismaBrakes(database).release(iss, 'operator', new SystemClock().now());
      say(isReleased ? `${count} endings are released; the session-pollers write them` : NOTHING_HELD);
      return isReleased ? 0 : 1;
    }),
};

/** Forgets what the brake holds back: the sessions go on. */
export const discard: Command = {
  usage,
  summary: 'forgets the endings that the brake holds back: the sessions go on, and are asked about again',
  run: (args, say, env) =>
    withHub(args, env, async (database, rest) => {
      const iss = await issuerOf(database, rest);
      const count = await new PrismaBrakes(database).discard(iss, 'operator', new SystemClock().now());
      say(count === undefined ? NOTHING_HELD : `${count} held endings are forgotten; those sessions go on`);
      return count === undefined ? 1 : 0;
    }),
};

const NOTHING_HELD = 'the brake of this issuer holds nothing';

async function issuerOf(database: HubDatabase, rest: readonly string[]): Promise<string> {
  const [iss, ...more] = rest;
  if (iss === undefined || more.length > 0) throw new UsageError('name one issuer');
  if ((await database.ssoSession.findFirst({ where: { iss }, select: { id: true } })) !== null) return iss;
  if ((await database.issuerBrake.findUnique({ where: { iss } })) !== null) return iss;
  throw new UsageError(`no session of issuer ${iss} is known; "npm run sso -- status" lists the issuers`);
}
