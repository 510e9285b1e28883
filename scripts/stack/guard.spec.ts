import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRunFolder, startGuard, type Guard } from './guard.js';
import { REPOSITORY } from './repository.js';

const OBEDIENT = 'exec sleep 1000';
const STUBBORN = 'trap "" TERM; while :; do sleep 1; done';

// A run in a process of its own, on the build. It starts a child per argument.
const RUN = `
  import { createRunFolder, startGuard } from ${JSON.stringify(join(REPOSITORY, 'dist/scripts/stack/guard.js'))};
  const dir = await createRunFolder('spec');
  const guard = await startGuard(dir);
  const logFile = dir + '/child.log';
  const start = (script) => guard.spawn('sh', ['-c', script], { name: 'child', logFile });
  console.log(JSON.stringify({ dir, pids: process.argv.slice(1).map((script) => start(script).pid) }));
  setInterval(() => {}, 1000);
`;

interface Run {
  readonly pid: number;
  readonly dir: string;
  readonly pids: readonly number[];
}

const leftOver: number[] = [];
afterEach(() => {
  for (const pid of leftOver.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

async function startRun(...scripts: readonly string[]): Promise<Run> {
  const run = spawn(process.execPath, ['--input-type=module', '-e', RUN, ...scripts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(run.stdout, 'data')) as [Buffer];
  const { dir, pids } = JSON.parse(line.toString()) as { readonly dir: string; readonly pids: readonly number[] };
  leftOver.push(run.pid!, ...pids);
  return { pid: run.pid!, dir, pids };
}

function processes(): readonly { readonly pid: number; readonly args: string }[] {
  const list = execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  const rows = list.map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line)).filter((row) => row !== null);
  return rows.filter((row) => !row[2]!.startsWith('Z')).map((row) => ({ pid: Number(row[1]), args: row[3]! }));
}

const isAlive = (pid: number): boolean => processes().some((process) => process.pid === pid);

async function until(what: () => boolean, timeoutMs: number): Promise<void> {
  for (const end = Date.now() + timeoutMs; !what() && Date.now() < end;) await setTimeout(50);
}

describe('a run that is killed', () => {
  it('leaves no child behind, be it deaf to SIGTERM, and no folder', async () => {
    const run = await startRun(OBEDIENT, STUBBORN);
    await until(() => run.pids.every(isAlive), 2_000);
    process.kill(run.pid, 'SIGKILL');
    await until(() => !existsSync(run.dir), 15_000);
    expect(run.pids.filter(isAlive)).toEqual([]);
    expect(existsSync(run.dir)).toBe(false);
  });

  it('together with its guardian is cleared up by the next run, which leaves living runs alone', async () => {
    const [dead, living] = [await startRun(OBEDIENT, OBEDIENT), await startRun(OBEDIENT)];
    const guardian = processes().find(({ args }) => args.includes('guardian.mjs') && args.endsWith(dead.dir))!;
    process.kill(guardian.pid, 'SIGKILL');
    process.kill(dead.pid, 'SIGKILL');
    await until(() => !isAlive(dead.pid) && !isAlive(guardian.pid), 2_000);
    expect(dead.pids.every(isAlive)).toBe(true);

    const guard = await startGuard(await createRunFolder('spec'));
    await guard.stopAll();

    expect(dead.pids.filter(isAlive)).toEqual([]);
    expect(existsSync(dead.dir)).toBe(false);
    expect(living.pids.every(isAlive)).toBe(true);
    expect(existsSync(living.dir)).toBe(true);
    process.kill(living.pid, 'SIGKILL');
    await until(() => !existsSync(living.dir), 15_000);
  });
});

describe('a guard', () => {
  let guard: Guard;
  let dir: string;
  beforeEach(async () => {
    dir = await createRunFolder('spec');
    guard = await startGuard(dir);
  });
  afterEach(() => guard.stopAll());

  const start = (command: string, ...args: readonly string[]) =>
    guard.spawn(command, args, { name: command, logFile: join(dir, 'log') });

  it('stops its children, the youngest first, and removes the folder', async () => {
    const ended: string[] = [];
    for (const name of ['first', 'second']) void start('sleep', '1000').exited.then(() => ended.push(name));
    await guard.stopAll();
    expect(ended).toEqual(['second', 'first']);
    expect(existsSync(dir)).toBe(false);
  });

  it('gives each child a process group of its own, out of reach of Ctrl-C', () => {
    const { pid } = start('sleep', '1000');
    expect(Number(execFileSync('ps', ['-o', 'pgid=', '-p', `${pid}`], { encoding: 'utf8' }))).toBe(pid);
  });

  it('tells the exit code of a child', async () => {
    await expect(start('sh', '-c', 'exit 7').exited).resolves.toBe(7);
    await expect(start('sh', '-c', 'kill -9 $$').exited).resolves.toBeNull();
    await expect(start('/no/such/command').exited).resolves.toBe(127);
  });
});
