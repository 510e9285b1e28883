import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newPassword } from './create-database.js';
import { freePort } from './free-port.js';
import type { Child, Guard } from './guard.js';
import { natsUsers, OPERATOR } from './nats-users.js';
import { REPOSITORY } from './repository.js';
import { untilReady } from './until-ready.js';

const START_TIMEOUT_MS = 15_000;

/** A private NATS server with JetStream on 127.0.0.1. It keeps its port and its streams across `stop`, `kill`, `start`. */
export interface NatsServer {
  readonly port: number;
  /** With the user and the password of the operator, who may do anything. */
  readonly url: string;
  /** Without any: whoever connects like this may look on, and publish nothing. */
  readonly observerUrl: string;
  /** With the user and the password of one app: `session-poller`, or a service that was named at the start. */
  urlOf(user: string): string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  stop(): Promise<void>;
  /** Starts it again; resolves when it takes connections. */
  start(): Promise<void>;
  /** Kills it as a crash does. */
  kill(): Promise<void>;
}

/** What a server is started with. */
export interface NatsOptions {
  readonly dir: string;
  /** the services that have users; default: those of the demo */
  readonly services?: readonly string[];
  /** the part of the configuration that says who may connect and how, in place of the users of {@link natsUsers} */
  readonly access?: string;
}

/**
 * Starts a nats-server in the run folder `dir`; resolves when it takes connections.
 *
 * The binary is NATS_SERVER_BINARY's, else what `scripts/bootstrap.mjs nats-server` finds or gets.
 *
 * @throws with the server's own log when it does not start
 */
export async function startNats(guard: Guard, options: NatsOptions): Promise<NatsServer> {
  const binary = process.env.NATS_SERVER_BINARY ?? (await findBinary());
  const folder = join(options.dir, 'nats');
  const port = await freePort();
  const { passwords, text } = natsUsers(options.services ?? ['notes', 'billing'], newPassword);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, 'nats.conf');
  await writeFile(configFile, configuration(port, folder, options.access ?? text), { mode: 0o600 }); // argv can be read by anybody
  const logFile = join(options.dir, 'nats.log');
  const launch = async (): Promise<Child> => {
    const started = guard.spawn(binary, ['-c', configFile], { name: 'nats-server', logFile, cwd: folder });
    if (!(await untilReady(started, () => greet(port), START_TIMEOUT_MS))) {
      throw new Error(`nats-server did not start:\n${(await readFile(logFile, 'utf8')).slice(-2_000)}`);
    }
    return started;
  };
  let child = await launch();
  const urlOf = (user: string): string => {
    const password = passwords.get(user);
    if (password === undefined) throw new Error(`NATS has no user ${user}`);
    return `nats://${user}:${password}@127.0.0.1:${port}`;
  };
  return {
    port,
    url: urlOf(OPERATOR),
    urlOf,
    observerUrl: `nats://127.0.0.1:${port}`,
    get pid() {
      return child.pid;
    },
    stop: () => child.stop(),
    kill: () => child.kill(),
    async start() {
      child = await launch();
    },
  };
}

async function findBinary(): Promise<string> {
  const script = join(REPOSITORY, 'scripts', 'bootstrap.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'nats-server']);
  return stdout.trim();
}

function configuration(port: number, folder: string, access: string): string {
  return `
host: 127.0.0.1
port: ${port}
jetstream { store_dir: ${JSON.stringify(folder)} }
${access}
`;
}

/** Connects once; rejects when no server says its INFO line. */
async function greet(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'data', { signal: AbortSignal.timeout(1_000) });
  } finally {
    socket.destroy();
  }
}
