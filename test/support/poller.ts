import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { z } from 'zod';
import { stringify } from 'yaml';
import { SystemClock } from '#http';
import type { idpEntry } from '#idp-client';
import type { NewSsoSession, Sid } from '#session';
import { HubDatabase, parseTokenKeys, PrismaSessionTokens, PrismaSsoSessions, TokenCipher } from '#store';
import { appsForSuite, type RunningApp } from './apps.js';
import { freshDatabase } from './databases.js';
import { natsForSuite } from './nats.js';
import { type Scripted, ScriptedIdp } from './scripted-idp.js';
import { browserOf, signInOf } from './sign-ins.js';
import { until } from './until.js';

/** An IdP's entry as somebody writes it. */
export type IdpInput = z.input<typeof idpEntry>;

const INTERVAL_S = 0.4;
export const active: Scripted = { status: 200, body: { active: true, client_id: 'gateway' } };
export const inactive: Scripted = { status: 200, body: { active: false } };

/**
 * Gives this suite pollers as processes, an IdP that says what it is told, NATS and a hub. Pollers stop after each test; one
 * that is kept (`keepPoller`) runs until the suite is over, and its canary stays. No other session outlives its test.
 */
export function pollersForSuite() {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let idp: ScriptedIdp | undefined;
  let url = '';
  let database: HubDatabase | undefined;
  let pollers: RunningApp[] = [];
  let kept: RunningApp | undefined;
  const the = () => ({ idp: idp!, database: database! });

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    url = await freshDatabase('hub');
    database = new HubDatabase(url);
  });
  afterEach(async () => {
    await Promise.all(pollers.map((poller) => poller.stop()));
    pollers = [];
    const left = kept === undefined ? {} : { sub: { not: 'canary' } };
    await the().database.ssoSession.deleteMany({ where: left }); // what a test left is no other test's
  });
  afterAll(async () => {
    await database?.$disconnect();
    await idp?.stop();
  });

  const entryOf = (id: string, { probe, ...entry }: Partial<IdpInput>): IdpInput => ({
    issuer: the().idp.issuer,
    client: { id, secret: { env: 'CLIENT_SECRET' } },
    profile: 'oidc-provider',
    ...entry,
    probe: { unsafeIntervalS: INTERVAL_S, maxPerS: 1_000, ...probe },
  });
  const launch = (
    env: Readonly<Record<string, string>>,
    idpEntry: Partial<IdpInput>,
    others: Readonly<Record<string, Partial<IdpInput>>>,
  ) => {
    const more = Object.entries(others).map(
      ([id, entry]) => [id.toLowerCase().replace(/^(?=\d)/, 'at-'), entryOf(id, entry)] as const,
    );
    const idps = { main: entryOf('gateway', idpEntry), ...Object.fromEntries(more) };
    return apps().start('session-poller', {
      ...{ HUB_DATABASE_URL: url, NATS_URL: nats().url, CLIENT_SECRET: 'secret-of-the-gateway' },
      ...{ IDPS: stringify({ idps }), TOKEN_KEYS: apps().tokenKeys, ...env },
    });
  };
  /**
   * @param idpEntry what the IdP's entry of the configuration says beside the usual
   * @param others more entries, by their client's id: each is asked, rests and is throttled for itself
   */
  const startPoller = async (
    env: Readonly<Record<string, string>> = {},
    idpEntry: Partial<IdpInput> = {},
    others: Readonly<Record<string, Partial<IdpInput>>> = {},
  ) => {
    const poller = await launch(env, idpEntry, others);
    pollers.push(poller);
    return poller;
  };
  /** Starts the one poller of all tests of this suite. */
  const keepPoller = async (...[env = {}, idpEntry = {}, others = {}]: Partial<Parameters<typeof launch>>) => {
    kept = await launch(env, idpEntry, others);
    return kept;
  };
  const signIn = async (sub: string, changes: Partial<NewSsoSession> = {}): Promise<Sid> => {
    const [key, ...more] = parseTokenKeys(apps().tokenKeys)!;
    const clock = new SystemClock();
    const origin = { source: 'urn:test', tenant: undefined };
    const sessions = new PrismaSsoSessions(the().database, new TokenCipher([key!, ...more]), clock, origin);
    const opened = await until('the sign-in is written', async () => {
      const signed = signInOf(sub, clock.now(), { iss: the().idp.issuer, ...changes });
      return sessions.open(signed, browserOf(randomUUID(), clock.now())).catch(unlessTooBusy);
    });
    if (opened.kind !== 'opened') throw new Error('refused');
    return opened.sid;
  };
  /** The hub's tokens, as a gateway has them. */
  const tokens = () => {
    const [key, ...more] = parseTokenKeys(apps().tokenKeys)!;
    return new PrismaSessionTokens(the().database, new TokenCipher([key!, ...more]));
  };
  const rowOf = (sid: Sid) => the().database.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  const eventsOf = (sid: Sid) => the().database.outboxEvent.findMany({ where: { sid } });
  const isEnded = async (sid: Sid) => ((await rowOf(sid)).endedAt === null ? undefined : true);
  const probesSince = (from: number) =>
    the()
      .idp.received.slice(from)
      .filter(({ path }) => path === '/introspect').length;
  const probesOf = (sub: string) =>
    the().idp.received.filter(({ form }) => form.get('token') === `refresh-${sub}`).length;
  /** Lets the poller ask at least `count` times more. */
  const probed = async (count: number) => {
    const from = the().idp.received.length;
    await until(`${count} more probes`, () => (probesSince(from) >= count ? true : undefined));
  };
  const calibrate = async () => {
    the().idp.introspection = () => active;
    const sid = await signIn('canary');
    await until('the first probe says active', async () =>
      (await rowOf(sid)).idpCheckedAt > (await rowOf(sid)).openedAt ? true : undefined,
    );
  };

  const hubUrl = () => url;
  const starts = { startPoller, keepPoller };
  return { the, nats, hubUrl, ...starts, signIn, tokens, rowOf, eventsOf, isEnded, probesOf, probed, calibrate };
}

/** A transaction that got no time on a busy machine has written nothing (Prisma's P2028): it may come again. */
function unlessTooBusy(error: unknown): undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'P2028') throw error;
}
