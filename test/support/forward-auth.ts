import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRunFolder, type Guard, startGuard } from '../../scripts/stack/guard.js';
import { REPOSITORY } from '../../scripts/stack/repository.js';
import { untilReady } from '../../scripts/stack/until-ready.js';
import { imitateTraefik } from './traefik-imitation.js';

/** Where the proxy listens, and what stands behind it. */
export interface ProxyPorts {
  readonly proxy: number;
  readonly gateway: number;
  readonly app: number;
}

/** A proxy with the configuration that we ship. */
export interface RunningProxy {
  stop(): Promise<void>;
}

export type ProxyName = 'nginx' | 'Caddy' | 'Traefik (imitated)';

/** Starts a proxy with our configuration of it, in which nothing but addresses is changed. */
export async function startProxy(name: ProxyName, ports: ProxyPorts): Promise<RunningProxy> {
  if (name === 'Traefik (imitated)')
    return imitateTraefik(await shipped('traefik/dynamic.yml', addresses(ports)), ports);
  const dir = await createRunFolder('proxy');
  const guard = await startGuard(dir);
  try {
    await (name === 'nginx' ? startNginx(guard, dir, ports) : startCaddy(guard, dir, ports));
    return { stop: () => guard.stopAll() };
  } catch (error) {
    await guard.stopAll();
    throw error;
  }
}

/** Gives one of our configurations with each `[found, written]` put in its place. Each must be there. */
export async function shipped(file: string, places: readonly (readonly [string, string])[]): Promise<string> {
  const text = await readFile(join(REPOSITORY, 'deploy', 'forward-auth', file), 'utf8');
  return places.reduce((changed, [found, written]) => {
    if (!changed.includes(found)) throw new Error(`${file} has no ${found}`);
    return changed.replaceAll(found, written);
  }, text);
}

function addresses({ gateway, app }: ProxyPorts): readonly (readonly [string, string])[] {
  return [
    ['127.0.0.1:8080', `127.0.0.1:${gateway}`],
    ['127.0.0.1:3000', `127.0.0.1:${app}`],
    ['app.example.com', 'localhost'],
  ];
}

async function startNginx(guard: Guard, dir: string, ports: ProxyPorts): Promise<void> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (part) => `${part}_temp_path temp-${part};`,
  );
  const text = await shipped('nginx.conf', [
    ...addresses(ports),
    ['listen 8000;', `listen 127.0.0.1:${ports.proxy};`],
    ['user www-data;', `user ${userInfo().username}; pid nginx.pid; daemon off;`],
    ['http {\n', `http {\n  access_log off;\n  ${temporary.join('\n  ')}\n`],
  ]);
  const folder = join(dir, 'nginx');
  await mkdir(folder);
  await writeFile(join(folder, 'nginx.conf'), text);
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
  await launch(guard, await binaryOf('nginx'), args, { dir, port: ports.proxy, stopSignal: 'SIGTERM' });
}

async function startCaddy(guard: Guard, dir: string, ports: ProxyPorts): Promise<void> {
  const [gateway, app] = addresses(ports);
  const text = await shipped('Caddyfile', [
    gateway!,
    app!,
    ['app.example.com {', `http://localhost:${ports.proxy} {\n\tbind 127.0.0.1`],
  ]);
  await writeFile(join(dir, 'Caddyfile'), text);
  const args = ['run', '--config', join(dir, 'Caddyfile'), '--adapter', 'caddyfile'];
  const env = { HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir, PATH: process.env.PATH };
  await launch(guard, await binaryOf('caddy'), args, { dir, port: ports.proxy, env });
}

async function launch(
  guard: Guard,
  binary: string,
  args: readonly string[],
  { dir, port, ...options }: { dir: string; port: number; env?: NodeJS.ProcessEnv; stopSignal?: NodeJS.Signals },
): Promise<void> {
  const logFile = join(dir, 'proxy.log');
  const child = guard.spawn(binary, args, { name: 'proxy', logFile, cwd: dir, ...options });
  const answers = async () => {
    await fetch(`http://localhost:${port}/bff/verify`);
  };
  if (!(await untilReady(child, answers, 15_000)))
    throw new Error(`${binary} did not start:\n${(await readFile(logFile, 'utf8')).slice(-2_000)}`);
}

async function binaryOf(name: 'nginx' | 'caddy'): Promise<string> {
  const given = process.env[`${name.toUpperCase()}_BINARY`];
  if (given !== undefined) return given;
  const { stdout } = await promisify(execFile)(process.execPath, [join(REPOSITORY, 'scripts', 'bootstrap.mjs'), name]);
  return stdout.trim();
}
