import { execFile } from 'node:child_process';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { createDatabase, newPassword } from './create-database.js';
import { freePort } from './free-port.js';
import type { Child, Guard } from './guard.js';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { untilReady } from './until-ready.js';

const START_TIMEOUT_MS = 30_000;

/** A private Postgres on 127.0.0.1. It keeps its port and its data across `stop`, `kill` and `start`. */
export interface PostgresServer {
  readonly port: number;
  /** URL of the superuser, for the database `postgres`. */
  readonly adminUrl: string;
  /** Creates a role and its database, as {@link createDatabase} does, and gives the URL for them. */
  createDatabase(name: string, template?: string): Promise<string>;
  /** Stops it as an operator does: open connections are cut, everything is written. */
  stop(): Promise<void>;
  /** Starts it again; resolves when it answers. */
  start(): Promise<void>;
  /** Kills it as a crash does. */
  kill(): Promise<void>;
}

interface Settings {
  readonly binaries: PostgresBinaries;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly durable: boolean;
  readonly memory: string | undefined;
}

/**
 * Makes a Postgres in the run folder `dir` and starts it; resolves when it answers.
 *
 * @param options.durable `false` gives up the data's safety in a crash of the machine for speed (default `true`)
 * @param options.memory its `shared_buffers`, like `4GB` (default: Postgres's own, 128 MB)
 * @throws with the server's own log when it does not start
 */
export async function startPostgres(
  guard: Guard,
  options: { readonly dir: string; readonly durable?: boolean; readonly memory?: string },
): Promise<PostgresServer> {
  const { dir, durable = true, memory } = options;
  const binaries = await postgresBinaries(dir);
  const port = await freePort();
  const password = newPassword();
  const dataFolder = join(dir, 'postgres-data');
  await initialise(binaries, dataFolder, join(dir, 'postgres-password'), password);
  const adminUrl = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const settings = { binaries, dataFolder, logFile: join(dir, 'postgres.log'), port, adminUrl, durable, memory };
  let child = await launch(guard, settings);
  return {
    port,
    adminUrl,
    createDatabase: (name, template) => createDatabase(adminUrl, name, template),
    stop: () => child.stop(),
    kill: () => child.kill(),
    async start() {
      child = await launch(guard, settings);
    },
  };
}

async function initialise(
  { folder, identity: { uid, gid } }: PostgresBinaries,
  dataFolder: string,
  passwordFile: string,
  password: string,
): Promise<void> {
  await mkdir(dataFolder, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) {
    await chown(dataFolder, uid, gid);
    await chown(passwordFile, uid, gid);
  }
  const roles = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const format = ['--encoding=UTF8', '--locale=C', '--no-sync'];
  const identity = uid === undefined ? {} : { uid, gid };
  await promisify(execFile)(join(folder, 'initdb'), [...roles, ...format, dataFolder], { ...identity, cwd: '/' });
  await rm(passwordFile);
}

/** Starts the server. The backends of a killed one may hold its memory a little longer, so it asks more than once. */
async function launch(guard: Guard, settings: Settings, attempts = 50): Promise<Child> {
  const child = spawnServer(guard, settings);
  if (await untilReady(child, () => knock(settings.adminUrl), START_TIMEOUT_MS)) return child;
  const log = (await readFile(settings.logFile, 'utf8')).slice(-2_000);
  if (attempts === 0 || !log.includes('shared memory block')) throw new Error(`Postgres did not start:\n${log}`);
  await setTimeout(100);
  return launch(guard, settings, attempts - 1);
}

function spawnServer(guard: Guard, { binaries, dataFolder, logFile, port, durable, memory }: Settings): Child {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=', // its default is /tmp, with a lock file that others may own
    'max_connections=200',
    'timezone=UTC',
    'log_timezone=UTC',
    // asynchronous commits stay out of this: with them a killed server forgets what it has confirmed
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
    ...(memory === undefined ? [] : [`shared_buffers=${memory}`]),
  ];
  const args = ['-D', dataFolder, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
  const rest = { logFile, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...binaries.identity };
  // SIGINT is Postgres's fast shutdown; SIGTERM would wait for every client to leave.
  return guard.spawn(join(binaries.folder, 'postgres'), args, { name: 'postgres', stopSignal: 'SIGINT', ...rest });
}

/** Connects once; rejects when the server does not let us in. */
async function knock(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => undefined);
  }
}
