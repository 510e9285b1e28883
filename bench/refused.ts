import { machineMs } from './heard-times.js';
import type { Options, Report } from './report.js';
import { type BenchSession, endingOf, newSessions, ServiceStack, type Told } from './service-stack.js';
import type { Server } from './start-program.js';

const REPLICAS = 4;
const ENDINGS = 200;
const QUICK_ENDINGS = 20;

/**
 * The time from the publishing of an ending to the moment when each of four replicas refuses its session, and the time
 * from the publishing of the same bytes to four bare ordered consumers, in turns. Each ending waits until the one before was
 * heard by all.
 *
 * The moment is the one of the replica's `@OnSessionEnded()`: its memory has been corrected then. A request that is sent to it
 * before the publishing must be let in, and one that is sent once the hook was called must be refused.
 */
export async function refused({ rounds, warmUps, seconds }: Options): Promise<Report> {
  const count = seconds <= 1 ? QUICK_ENDINGS : ENDINGS;
  const stack = await ServiceStack.start('bench-refused');
  try {
    const replicas = await several(() => stack.startService([]));
    const consumers = await several(() => stack.startBareConsumer());
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let round = 1 - warmUps; round <= rounds; round += 1) {
      const turns = [() => endInTurn(stack, replicas, count), () => tellInTurn(stack, consumers, count)];
      if (round % 2 === 1) turns.reverse();
      for (const turn of turns) {
        const { isOurs, times } = await turn();
        if (round > 0) (isOurs ? ours : bare).push(...times);
      }
    }
    return {
      name: 'refused',
      rows: { 'four replicas of a service': rowOf(ours), 'four bare ordered consumers': rowOf(bare) },
      figures: {
        'p99 of the time to a refusal, to the bare consumers (target 3)': quantile(ours, 0.99) / quantile(bare, 0.99),
        'the same, p50': quantile(ours, 0.5) / quantile(bare, 0.5),
      },
    };
  } finally {
    await stack.stop();
  }
}

interface Turn {
  readonly isOurs: boolean;
  readonly times: readonly number[];
}

async function endInTurn(stack: ServiceStack, replicas: readonly Server[], count: number): Promise<Turn> {
  const times: number[] = [];
  for (const session of newSessions(count)) {
    const headers = await stack.headersOf(session);
    await expectAll(replicas, headers, 200);
    times.push(...(await timesOf(replicas, session, (told) => stack.publish(told))));
    await expectAll(replicas, headers, 401);
  }
  return { isOurs: true, times };
}

async function tellInTurn(stack: ServiceStack, consumers: readonly Server[], count: number): Promise<Turn> {
  const times: number[] = [];
  for (const session of newSessions(count))
    times.push(...(await timesOf(consumers, session, (told) => stack.publishBare(told))));
  return { isOurs: false, times };
}

/** Milliseconds from before the publishing until each of `hearers` has heard. */
async function timesOf(
  hearers: readonly Server[],
  session: BenchSession,
  publish: (told: Told) => Promise<void>,
): Promise<readonly number[]> {
  const told = endingOf(session);
  const heard = hearers.map(({ origin }) => heardAt(origin, told.id));
  const fromMs = machineMs();
  await publish(told);
  return (await Promise.all(heard)).map((atMs) => atMs - fromMs);
}

async function heardAt(origin: string, id: string): Promise<number> {
  const response = await fetch(`${origin}/heard/${encodeURIComponent(id)}`, { signal: AbortSignal.timeout(30_000) });
  return ((await response.json()) as { readonly atMs: number }).atMs;
}

/** @throws Error when a replica answers otherwise */
async function expectAll(
  replicas: readonly Server[],
  headers: Readonly<Record<string, string>>,
  status: number,
): Promise<void> {
  const ask = async ({ origin }: Server): Promise<void> => {
    const response = await fetch(`${origin}/guarded`, { headers });
    const text = await response.text();
    if (response.status !== status) throw new Error(`a replica answered ${response.status}, not ${status}: ${text}`);
  };
  await Promise.all(replicas.map(ask));
}

function several<T>(make: () => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: REPLICAS }, make));
}

function rowOf(times: readonly number[]): Readonly<Record<string, number>> {
  return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), worstMs: Math.max(...times) };
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
