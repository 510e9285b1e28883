import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { REPOSITORY } from './repository.js';

const GUARDIAN = join(REPOSITORY, 'scripts', 'stack', 'guardian.mjs');
const GRACE_MS = 8_000;

/** How to start one child. `env` is its whole environment (default: ours); both outputs are appended to `logFile`. */
export interface SpawnOptions {
  readonly name: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly logFile: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly stopSignal?: NodeJS.Signals;
}

/** A process that dies with us. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended: its exit code, or `null` when a signal ended it. Never rejects. */
  readonly exited: Promise<number | null>;
  /** Sends the stop signal (default SIGTERM), after 8 s SIGKILL; resolves when it is gone. */
  stop(): Promise<void>;
  /** Sends SIGKILL to its process group; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts children that die with us. */
export interface Guard {
  /**
   * Starts `command` in a process group of its own, so that Ctrl-C in the terminal reaches us alone. A command that
   * cannot be run shows as exit code 126 or 127, with the reason in the log.
   */
  spawn(command: string, args: readonly string[], options: SpawnOptions): Child;
  /** Stops every child, the youngest first, then ends the guardian, which removes the run's folder. May be called twice. */
  stopAll(): Promise<void>;
}

type Guardian = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Makes an empty folder `/tmp/session-sync-<prefix>-XXXXXX` of this process, readable by all.
 *
 * Before that it stops the processes and removes the folders that killed runs of this user left.
 */
export async function createRunFolder(prefix: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [GUARDIAN, 'create', prefix]);
  process.stderr.write(stderr);
  return stdout.trim();
}

/**
 * Starts the guardian of the run folder `dir`: a process that stops our children and removes `dir` when we end, be it
 * by SIGKILL.
 */
export async function startGuard(dir: string): Promise<Guard> {
  const guardian = spawn(process.execPath, [GUARDIAN, 'watch', dir], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  const answers = createInterface({ input: guardian.stdout });
  await once(answers, 'line'); // "ready"
  const waiting = new Map<number, (noted: boolean) => void>();
  answers.on('line', (pid) => waiting.get(Number(pid))?.(true));
  guardian.stdin.on('error', () => undefined); // it was killed: `exit` says so too
  const ended = once(guardian, 'exit').then(() => {
    for (const release of waiting.values()) release(false);
  });
  guardian.unref(); // it never keeps us alive
  for (const pipe of [guardian.stdin, guardian.stdout]) if (pipe instanceof Socket) pipe.unref();
  return guardWith(guardian, waiting, ended);
}

function guardWith(guardian: Guardian, waiting: Map<number, (noted: boolean) => void>, ended: Promise<void>): Guard {
  const children: Child[] = [];
  return {
    spawn(command, args, options) {
      if (guardian.exitCode !== null || guardian.signalCode !== null)
        throw new Error('the guardian of this run is gone');
      const { child, start } = spawnHeld(command, args, options);
      waiting.set(child.pid, (noted) => {
        waiting.delete(child.pid);
        start(noted);
      });
      guardian.stdin.write(JSON.stringify({ pid: child.pid, stopSignal: options.stopSignal ?? 'SIGTERM' }) + '\n');
      children.push(child);
      return child;
    },
    async stopAll() {
      for (const child of children.toReversed()) await child.stop();
      guardian.ref();
      guardian.stdin.end();
      await ended;
    },
  };
}

/**
 * Starts a shell that becomes `command` when told to, and ends when we are gone before that: there is no moment at
 * which `command` runs and the guardian does not know it.
 */
function spawnHeld(command: string, args: readonly string[], options: SpawnOptions) {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  const { name, env, cwd, uid, gid, stopSignal } = options;
  const shell = spawn('/bin/sh', ['-c', 'read -r go && exec "$0" "$@" </dev/null', command, ...args], {
    stdio: ['pipe', log, log],
    detached: true,
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  closeSync(log);
  shell.on('error', () => undefined);
  shell.stdin?.on('error', () => undefined); // it was killed before it was told to start
  if (shell.pid === undefined) throw new Error(`cannot start ${name}: no process, in ${cwd ?? process.cwd()}`);
  const exited = new Promise<number | null>((resolve) => shell.once('exit', resolve));
  const child = guardedChild(name, shell.pid, exited, stopSignal ?? 'SIGTERM');
  return { child, start: (noted: boolean): void => void shell.stdin?.end(noted ? 'go\n' : '') };
}

function guardedChild(name: string, pid: number, exited: Promise<number | null>, stopSignal: NodeJS.Signals): Child {
  let running = true;
  void exited.then(() => (running = false));
  const signal = (target: number, how: NodeJS.Signals): void => {
    if (running) process.kill(target, how);
  };
  return {
    name,
    pid,
    exited,
    async stop() {
      signal(pid, stopSignal);
      const timer = setTimeout(signal, GRACE_MS, -pid, 'SIGKILL');
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      signal(-pid, 'SIGKILL');
      await exited;
    },
  };
}
