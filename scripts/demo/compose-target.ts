import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { DemoFault } from './demo-fault.js';
import { pollIntervalS } from './plan.js';
import type { Target } from './target.js';

const run = promisify(execFile);
const commandTimeoutMs = 120_000;
/** Where docker-compose.yml publishes the cluster. */
const addresses = {
  idp: 'http://localhost:8082',
  operator: 'http://127.0.0.1:8083',
  frontEndA: 'http://localhost:8080',
  frontEndB: 'http://127.0.0.1:8081',
  notes: 'http://127.0.0.1:8084',
  billing: 'http://127.0.0.1:8085',
} as const;
const postgresPort = '8087';

const People = z.array(
  z.object({
    ...{ sub: z.string(), login: z.string(), name: z.string(), email: z.string(), password: z.string() },
    totp_secret: z.string().exactOptional(),
  }),
);
const Key = z.looseObject({ kty: z.string(), kid: z.string() });

/**
 * The docker-compose cluster that is already up, as the story sees it.
 *
 * @param command how docker compose is called, `docker compose`
 * @throws DemoFault when the cluster does not answer or has not made its secrets
 */
export async function composeTarget(command: string): Promise<Target> {
  const compose = composeCommand(command);
  const secret = async (app: string, file: string): Promise<string> =>
    (await compose('exec', '-T', app, 'cat', `/run/secrets-demo/${file}`)).trim();
  const [operatorToken, people, assertionKey, hub, notes, billing] = await Promise.all([
    secret('idp', 'operator-token'),
    secret('idp', 'people.json'),
    secret('gateway-1', 'assertion-key.json'),
    secret('gateway-1', 'hub-database-url'),
    secret('notes', 'notes-database-url'),
    secret('billing', 'billing-database-url'),
  ]);
  return {
    addresses,
    operatorToken,
    people: People.parse(JSON.parse(people)),
    assertionKey: Key.parse(JSON.parse(assertionKey)),
    databases: { hub: fromHere(hub), notes: fromHere(notes), billing: fromHere(billing) },
    pollIntervalMs: pollIntervalS * 1000,
    stop: async (app) => {
      await compose('stop', app);
    },
    start: async (app) => {
      await compose('up', '--detach', '--no-deps', '--no-build', '--no-recreate', app); // "start" repeats the one-shots
    },
  };
}

function composeCommand(command: string): (...args: readonly string[]) => Promise<string> {
  const [program = 'docker', ...first] = command.split(' ').filter((word) => word !== '');
  return async (...args) => {
    try {
      const { stdout } = await run(program, [...first, ...args], { timeout: commandTimeoutMs });
      return stdout;
    } catch (cause) {
      const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
      throw new DemoFault(
        `"${command} ${args.slice(0, 3).join(' ')}" failed. Is the cluster up? "${command} up --build --wait" starts it.`,
        said.split('\n').slice(-5),
        { cause },
      );
    }
  };
}

/** The cluster's own name for Postgres means nothing here; the port is published on loopback. */
function fromHere(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = postgresPort;
  return url.href;
}
