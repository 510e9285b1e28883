import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../scripts/stack/repository.js';

/** What is asked of a server. Each of `headers` is one browser; they take turns. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers: readonly Readonly<Record<string, string>>[];
}

/** What came of it. */
export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A load's result with what it cost the server. */
export interface Measured {
  readonly perSecond: number;
  /** processor time of the server for one request, in microseconds: what a busy machine or a slow load tool does not change */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Puts a load on the server whose process is `pid`. */
export async function measure(pid: number, load: Load): Promise<Measured> {
  const before = await cpuMs(pid);
  const program = join(REPOSITORY, 'dist/bench/load.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(load)], {
    maxBuffer: 1 << 24,
  });
  const result = JSON.parse(stdout) as LoadResult;
  const cpu = (await cpuMs(pid)) - before;
  const { requests, seconds, p50Ms, p99Ms, failed } = result;
  return { perSecond: requests / seconds, cpuUs: (cpu * 1_000) / Math.max(1, requests), p50Ms, p99Ms, failed };
}

/** Measures each of `targets` in turn, `rounds` times, so that what changes on the machine meets all of them. */
export async function interleave<Name extends string>(
  targets: Readonly<Record<Name, () => Promise<Measured>>>,
  rounds: number,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(targets) as Name[];
  const seen = new Map<Name, Measured[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) for (const name of names) seen.get(name)?.push(await targets[name]());
  return Object.fromEntries(names.map((name) => [name, medianOf(seen.get(name) ?? [])])) as Record<Name, Measured>;
}

/** Gives the median of each figure by itself. */
export function medianOf(all: readonly Measured[]): Measured {
  const of = (key: keyof Measured): number => {
    const sorted = all.map((one) => one[key]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    perSecond: of('perSecond'),
    cpuUs: of('cpuUs'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    failed: of('failed'),
  };
}

/** Processor time that a process has had so far. Linux only: 100 ticks a second. */
export async function cpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
