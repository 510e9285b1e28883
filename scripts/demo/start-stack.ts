import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../stack/free-port.js';
import type { Guard } from '../stack/guard.js';
import { migrate } from '../stack/migrate.js';
import { startNats, type NatsServer } from '../stack/nats.js';
import { startPostgres, type PostgresServer } from '../stack/postgres.js';
import { createTimelineRole, grantTimeline } from '../stack/timeline-role.js';
import { AppProcess } from './app-process.js';
import { startControlServer, type ControlServer } from './control-server.js';
import { DemoFault, networkReason, throwPlainly } from './demo-fault.js';
import type { OwnIssuer } from './options.js';
import {
  originsOf,
  planApps,
  secretFileContents,
  type AppName,
  type DatabaseName,
  type NatsUser,
  type Ports,
} from './plan.js';
import type { Progress } from './progress.js';
import { createSecrets, writeSecretFiles, type Secrets } from './secrets.js';

/** What the stack is started with. */
export interface StackOptions {
  readonly guard: Guard;
  /** the run's own folder: databases, logs and secrets live and go with it */
  readonly dir: string;
  readonly frontEndPort: number | undefined;
  readonly ownIssuer: (OwnIssuer & { readonly clientSecret: string }) | undefined;
}

/** Everything that runs. */
export interface Stack {
  readonly origins: ReturnType<typeof originsOf>;
  readonly secrets: Secrets;
  readonly databases: Readonly<Record<DatabaseName, string>>;
  /** for looking on, without a password */
  readonly natsUrl: string;
  /** for doing anything */
  readonly natsServiceUrl: string;
  /** as each app has it */
  readonly natsUrls: Readonly<Record<NatsUser, string>>;
  /** the identity provider is absent when a person brought their own */
  readonly apps: ReadonlyMap<AppName, AppProcess>;
  /** stops and starts them for the web app */
  readonly control: ControlServer;
}

const databaseNames: readonly DatabaseName[] = ['hub', 'idp', 'notes', 'billing'];

/**
 * Starts Postgres, NATS and every app, each app a process of its own, and waits until all are ready.
 *
 * @throws DemoFault when a part can't be started; whatever did start is the guard's to stop
 */
export async function startStack(options: StackOptions, progress: Progress): Promise<Stack> {
  const { guard, dir } = options;
  const [postgres, nats, secrets, ports] = await progress.during('starting Postgres and NATS', () =>
    Promise.all([startPostgres(guard, { dir }), startNats(guard, { dir }), createSecrets(), takePorts(options)]).catch(
      throwPlainly,
    ),
  );
  const databases = await progress.during('creating the databases', () =>
    createDatabases(postgres).catch(throwPlainly),
  );
  const control = await startControlServer(secrets.controlToken, (name) => controlled(apps, name));
  const apps = await planProcesses(options, { ports, databases, nats, secrets, controlUrl: control.origin });
  await progress.during('starting the apps', async () => {
    for (const app of apps.values()) app.start();
    await Promise.all([...apps.values()].map((app) => app.ready()));
  });
  return {
    ...{ origins: originsOf(ports), secrets, databases: databases.owners, apps, control },
    ...{ natsUrl: nats.observerUrl, natsServiceUrl: nats.url, natsUrls: natsUrlsOf(nats) },
  };
}

function natsUrlsOf(nats: NatsServer): Readonly<Record<NatsUser, string>> {
  return {
    'session-poller': nats.urlOf('session-poller'),
    notes: nats.urlOf('notes'),
    billing: nats.urlOf('billing'),
  };
}

/** What the panel may stop: not what it is itself reached by. */
const STOPPABLE = ['idp', 'notes', 'billing', 'session-poller'] as const;

function controlled(apps: ReadonlyMap<AppName, AppProcess>, wanted: string): AppProcess | undefined {
  const name = STOPPABLE.find((known) => known === wanted);
  return name === undefined ? undefined : apps.get(name);
}

/** Stops what hears requests first and what keeps data last, so that nothing is asked of a part that is gone. */
export async function stopApps(apps: ReadonlyMap<AppName, AppProcess>): Promise<void> {
  const groups: readonly (readonly AppName[])[] = [['gateway', 'session-poller', 'web'], ['notes', 'billing'], ['idp']];
  for (const group of groups) await Promise.all(group.map(async (name) => apps.get(name)?.stop()));
}

async function takePorts({ frontEndPort }: StackOptions): Promise<Ports> {
  if (frontEndPort !== undefined) await expectFree(frontEndPort);
  const next = async (): Promise<number> => {
    const port = await freePort();
    return port === frontEndPort ? next() : port;
  };
  return {
    idp: await next(),
    operator: await next(),
    frontEnds: frontEndPort ?? (await next()),
    poller: await next(),
    notes: await next(),
    billing: await next(),
    web: await next(),
  };
}

/** Whoever holds the port already would answer in our gateway's place. */
async function expectFree(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((cause: unknown) => {
    throw new DemoFault(`Port ${port} can't be had (${networkReason(cause)}). Take another --frontend-port.`, [], {
      cause,
    });
  });
  server.close();
}

/** The databases by owner, and the hub's for the timeline. */
interface Databases {
  readonly owners: Readonly<Record<DatabaseName, string>>;
  readonly timeline: string;
}

async function createDatabases(postgres: PostgresServer): Promise<Databases> {
  const create = async (name: DatabaseName): Promise<string> => {
    const url = await postgres.createDatabase(name);
    await migrate(name === 'hub' || name === 'idp' ? name : 'app', url);
    return url;
  };
  const [hub = '', idp = '', notes = '', billing = ''] = await Promise.all(databaseNames.map(create));
  const timeline = await createTimelineRole(postgres.adminUrl, hub);
  await grantTimeline(hub);
  return { owners: { hub, idp, notes, billing }, timeline };
}

async function planProcesses(
  { guard, dir, ownIssuer }: StackOptions,
  parts: {
    readonly ports: Ports;
    readonly databases: Databases;
    readonly nats: NatsServer;
    readonly secrets: Secrets;
    readonly controlUrl: string;
  },
): Promise<ReadonlyMap<AppName, AppProcess>> {
  const { owners: databases, timeline: timelineDatabase } = parts.databases;
  const inputs = { ...parts, databases, timelineDatabase, natsUrls: natsUrlsOf(parts.nats), ownIssuer };
  const secretFile = await writeSecretFiles(join(dir, 'secrets'), secretFileContents(inputs));
  const plans = planApps({ ...inputs, secretFile });
  const order: readonly AppName[] = ['idp', 'notes', 'billing', 'session-poller', 'web', 'gateway'];
  const wanted = order.filter((name) => name !== 'idp' || ownIssuer === undefined);
  return new Map(wanted.map((name) => [name, new AppProcess(guard, plans[name], dir)]));
}
