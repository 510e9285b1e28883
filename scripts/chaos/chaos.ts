import { setTimeout } from 'node:timers/promises';
import { reasonOf } from '#session';
import type { AppProcess } from '../demo/app-process.js';
import { chanceOf } from './chance.js';
import { ChaosStack } from './chaos-stack.js';
import { ChaoticIdp, type Mood } from './chaotic-idp.js';
import { putSessions } from './put-sessions.js';
import { type ChaosReport, comparison, type Seen, sessionsSeen } from './chaos-report.js';

/** How wild a run is. */
export interface ChaosOptions {
  readonly seconds: number;
  readonly sessions: number;
  readonly pollers: number;
  readonly intervalS: number;
  /** the share of the sessions that end at the IdP while it lasts */
  readonly endShare: number;
  /** kill Postgres, NATS and the service too */
  readonly everything: boolean;
  readonly seed: number;
  /** how long to wait, after the chaos, for what is still to be found out */
  readonly patienceS: number;
}

const MOODS: readonly Mood[] = ['calm', 'rough', 'rough', 'down', 'throttled'];

/**
 * Lets the IdP be chaotic and kills pollers, for a while; then everything is well again. Gives what became of the sessions:
 * each one that has really ended must be revoked in the service, and not one other. So many end that the mass-logout brake holds; it must
 * release itself.
 */
export async function runChaos(options: ChaosOptions, say: (line: string) => void): Promise<ChaosReport> {
  const random = chanceOf(options.seed);
  const idp = await ChaoticIdp.start(random);
  const stack = await ChaosStack.start(idp, options.pollers, options.intervalS);
  try {
    const { hub, app, cipher } = stack;
    const { sessions: count, intervalS } = options;
    await putSessions({ hub, app, cipher, iss: idp.issuer, count, intervalMs: intervalS * 1_000 });
    for (const each of [...stack.pollers, stack.service]) each.start();
    await Promise.all([...stack.pollers, stack.service].map((each) => each.ready()));
    say(`${count} sessions, ${options.pollers} pollers, seed ${options.seed}; chaos for ${options.seconds} s`);
    const life = new AbortController();
    const signIns = signPeopleIn(options, stack, idp.issuer, life.signal, say);
    const kills = await rage(options, stack, idp, random, say);
    idp.mood = 'well';
    say(`well again after ${kills} kills; ${idp.ended.size} sessions have ended at the IdP`);
    const from = performance.now();
    const seen = await untilAllIsFound(options, stack, idp, say);
    const settledS = (performance.now() - from) / 1_000;
    await setTimeout(3 * intervalS * 1_000); // whoever would end another one has the time to
    life.abort();
    await signIns;
    const last = await sessionsSeen(stack);
    return {
      ...comparison(last, idp.ended),
      kills,
      settledS: seen === undefined ? undefined : settledS,
      answers: Object.fromEntries(idp.answers),
    };
  } finally {
    await stack.stop();
    await idp.stop();
  }
}

const SIGN_IN_EVERY_MS = 4_000;

/** Life goes on: somebody signs in every few seconds, and stays. That such sessions are active shows the brake that asking works. */
async function signPeopleIn(
  { sessions, intervalS }: ChaosOptions,
  { hub, app, cipher }: ChaosStack,
  iss: string,
  over: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  for (let first = sessions; !over.aborted; first += 1) {
    const one = { hub, app, cipher, iss, count: 1, first, intervalMs: intervalS * 1_000 };
    await putSessions(one).catch((error: unknown) => {
      say(`a sign-in failed: ${reasonOf(error)}`); // while Postgres is down
    });
    await setTimeout(SIGN_IN_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

/** Kills and starts, ends sessions and changes the IdP's mood, until the time is over. Everything runs when it is done. */
async function rage(
  options: ChaosOptions,
  stack: ChaosStack,
  idp: ChaoticIdp,
  random: () => number,
  say: (line: string) => void,
): Promise<number> {
  const over = AbortSignal.timeout(options.seconds * 1_000);
  let kills = 0;
  const between = (fromMs: number, toMs: number) =>
    setTimeout(fromMs + (toMs - fromMs) * random(), undefined, { signal: over }).catch(() => undefined);
  const often = async (fromMs: number, toMs: number, act: () => Promise<void> | void) => {
    for (;;) {
      await between(fromMs, toMs);
      if (over.aborted) return;
      await act();
    }
  };
  const killOne = async (one: AppProcess, again: number) => {
    kills += 1;
    if (random() < 0.8) await killed(one);
    else await one.stop();
    await setTimeout(again * random());
    one.start();
    await one.ready().catch((error: unknown) => {
      say(`${one.name}: ${reasonOf(error)}`);
    });
  };
  const restarted = async (server: { kill(): Promise<void>; start(): Promise<void> }) => {
    kills += 1;
    await server.kill();
    await setTimeout(3_000 * random());
    await server.start();
  };
  const { seconds, sessions, endShare, everything } = options;
  const pauseMs = (seconds * 900) / Math.max(1, sessions * endShare);
  await Promise.all([
    ...stack.pollers.map((poller) => often(5_000, 25_000, () => killOne(poller, 4_000))),
    often(4_000, 12_000, () => {
      idp.mood = MOODS[Math.floor(random() * MOODS.length)] ?? 'calm';
    }),
    often(0.5 * pauseMs, 1.5 * pauseMs, () => {
      idp.ended.add(`person-${Math.floor(random() * sessions)}`);
    }),
    ...(everything
      ? [
          often(30_000, 90_000, () => killOne(stack.service, 8_000)),
          often(40_000, 100_000, () => restarted(stack.nats)),
          often(120_000, 200_000, () => restarted(stack.postgres)),
        ]
      : []),
    often(30_000, 30_000, () => {
      say(`… mood ${idp.mood}, ${idp.ended.size} ended, ${kills} kills`);
    }),
  ]);
  return kills;
}

async function killed(one: AppProcess): Promise<void> {
  if (one.pid !== 0) process.kill(one.pid, 'SIGKILL');
  await one.exited;
}

/** Waits until every ended session is revoked in the service, or patience is at its end: then it gives undefined. */
async function untilAllIsFound(
  { patienceS }: ChaosOptions,
  stack: ChaosStack,
  idp: ChaoticIdp,
  say: (line: string) => void,
): Promise<Seen | undefined> {
  const latest = performance.now() + patienceS * 1_000;
  for (let n = 0; performance.now() < latest; n += 1) {
    const seen = await sessionsSeen(stack);
    if (comparison(seen, idp.ended).missed === 0) return seen;
    if (n % 10 === 9) say(`… ${seen.revoked.size} of ${idp.ended.size} are revoked, ${seen.held} held`);
    await setTimeout(1_000);
  }
  return undefined;
}
