import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newPassword } from './create-database.js';
import { freePort } from './free-port.js';
import type { Child, Guard } from './guard.js';
import { REPOSITORY } from './repository.js';
import { untilReady } from './until-ready.js';

const START_TIMEOUT_MS = 15_000;

/** A private NATS server with JetStream on 127.0.0.1. It keeps its port and its streams across `stop`, `kill`, `start`. */
export interface NatsServer {
  /** With the user and the password that the apps have. */
  readonly url: string;
  /** Without any: whoever connects like this may look on, and publish nothing. */
  readonly observerUrl: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  stop(): Promise<void>;
  /** Starts it again; resolves when it takes connections. */
  start(): Promise<void>;
  /** Kills it as a crash does. */
  kill(): Promise<void>;
}

/**
 * Starts a nats-server in the run folder `dir`; resolves when it takes connections.
 *
 * The binary is NATS_SERVER_BINARY's, else what `scripts/bootstrap.mjs nats-server` finds or gets.
 *
 * @throws with the server's own log when it does not start
 */
export async function startNats(guard: Guard, options: { readonly dir: string }): Promise<NatsServer> {
  const binary = process.env.NATS_SERVER_BINARY ?? (await findBinary());
  const folder = join(options.dir, 'nats');
  const port = await freePort();
  const password = newPassword();
  await mkdir(folder, { mode: 0o700 });
  const configFile = join(folder, 'nats.conf');
  await writeFile(configFile, configuration(port, password, folder), { mode: 0o600 }); // argv can be read by anybody
  const logFile = join(options.dir, 'nats.log');
  const launch = async (): Promise<Child> => {
    const started = guard.spawn(binary, ['-c', configFile], { name: 'nats-server', logFile, cwd: folder });
    if (!(await untilReady(started, () => greet(port), START_TIMEOUT_MS))) {
      throw new Error(`nats-server did not start:\n${(await readFile(logFile, 'utf8')).slice(-2_000)}`);
    }
    return started;
  };
  let child = await launch();
  return {
    url: `nats://session-sync:${password}@127.0.0.1:${port}`,
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

/** What somebody without a password may do: look on. They can publish no ending. */
const OBSERVER = `{
  publish: ["$JS.API.INFO", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.MSG.GET.*",
    "$JS.API.CONSUMER.CREATE.>", "$JS.API.CONSUMER.INFO.>", "$JS.API.CONSUMER.NAMES.*", "$JS.API.CONSUMER.MSG.NEXT.>"]
  subscribe: ["sso.v1.>", "_INBOX.>"]
}`;

const configuration = (port: number, password: string, folder: string): string => `
host: 127.0.0.1
port: ${port}
jetstream { store_dir: ${JSON.stringify(folder)} }
authorization {
  users: [
    { user: session-sync, password: "${password}" }
    { user: observer, password: "${newPassword()}", permissions: ${OBSERVER} }
  ]
}
no_auth_user: observer
`;

/** Connects once; rejects when no server says its INFO line. */
async function greet(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'data', { signal: AbortSignal.timeout(1_000) });
  } finally {
    socket.destroy();
  }
}
