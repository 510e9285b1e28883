import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type ClaimedSession, decide, type Load, planOf, sessionIntervalMs, type Verdict } from '#session';
import { chance, mean, most } from '../../../../test/support/numbers.js';
import { type SimulatedSession, SimulatedHub } from '../../../../test/support/simulated-hub.js';
import { VirtualTime } from '../../../../test/support/virtual-time.js';
import { Probe } from '../probe/probe.js';
import { GatedProbe } from './gated-probe.js';
import { IdpGate } from './idp-gate.js';
import { PollLoop } from './poll-loop.js';

Logger.overrideLogger(false);

const [SECOND_MS, MINUTE_MS, HOUR_MS] = [1_000, 60_000, 3_600_000];
const LATENCY_MS = 50;
const LEAST_MS = 60_000;
const SLEEP_AFTER_MS = 8 * HOUR_MS;
const LANE = { iss: 'https://idp.example', clientId: 'gateway' };

interface World {
  readonly intervalMs: number;
  readonly maxPerS: number;
  readonly pushProven: boolean;
  readonly inUse: number;
  readonly awake: number;
  readonly asleep: number;
}

/** The real loop, gate, schedule and decisions; a hub in memory, an IdP of a few lines, time that takes no time. */
class Simulation extends Probe {
  readonly method = 'introspect';
  readonly time = new VirtualTime();
  readonly hub = new SimulatedHub(this.time.now().getTime());
  readonly random = chance();
  /** by session: when it ended at the IdP */
  readonly gone = new Map<SimulatedSession, number>();
  isDown = false;
  probes = 0;
  private readonly loop: PollLoop;
  private readonly gate: IdpGate;

  constructor(private readonly world: World) {
    super();
    const { intervalMs, maxPerS } = world;
    const { time, hub } = this;
    this.gate = new IdpGate({ name: 'main', method: this.method, intervalMs, maxPerS, pollers: () => 1 }, time.now());
    const gated = new GatedProbe(this, this.gate, time);
    this.loop = new PollLoop(
      { queue: hub, canaries: hub.canaries },
      { run: (session, signal) => this.poll(gated, session, signal) },
      this.gate,
      { clock: time, rest: time.rest },
      {
        ...{ name: 'main', lane: LANE, leaseMs: 30 * SECOND_MS, concurrency: 64 },
        ...{ sleepAfterMs: SLEEP_AFTER_MS, canary: {} },
      },
    );
    this.populate();
  }

  async run<T>(story: (simulation: this) => Promise<T>): Promise<T> {
    this.loop.start();
    const told = await story(this);
    const stopped = this.loop.stop();
    await this.time.pass(10 * SECOND_MS);
    await stopped;
    return told;
  }

  /** Lets time pass and gives the probes of each second. */
  async perSecond(seconds: number): Promise<readonly number[]> {
    const counts: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      const before = this.probes;
      await this.time.pass(SECOND_MS);
      counts.push(this.probes - before);
    }
    return counts;
  }

  /** Lets time pass until the breaker is closed; gives the seconds. */
  async untilBack(): Promise<number> {
    let seconds = 0;
    for (; !this.gate.isClosed; seconds += 1) await this.time.pass(SECOND_MS);
    return seconds;
  }

  wake(session: SimulatedSession): void {
    this.hub.wake(session, this.time.now().getTime());
    this.loop.wake();
  }

  nowMs(): number {
    return this.time.now().getTime();
  }

  override ask(session: ClaimedSession): Promise<Verdict> {
    this.probes += 1;
    return new Promise((answer) => {
      this.time.after(LATENCY_MS, () => {
        answer(this.verdictOf(session));
      });
    });
  }

  private verdictOf(claimed: ClaimedSession): Verdict {
    if (this.isDown) return { kind: 'unknown', reason: 'unreachable' };
    const goneAt = this.gone.get(this.hub.of(claimed)) ?? Infinity;
    return goneAt <= this.nowMs() ? { kind: 'ended', strength: 'weak' } : { kind: 'active' };
  }

  private async poll(probe: Probe, session: ClaimedSession, signal: AbortSignal): Promise<void> {
    const verdict = await probe.ask(session, true, signal);
    const now = this.time.now();
    const rhythm = { intervalMs: this.world.intervalMs, leastMs: LEAST_MS, pushProven: this.world.pushProven };
    const intervalMs = sessionIntervalMs(rhythm, session.lastUsedAt, now);
    const decision = decide(verdict, session, now, intervalMs, this.random());
    if (decision.kind === 'end') {
      this.hub.end(session, now.getTime());
      return;
    }
    await this.hub.record(session, {
      dueAt: decision.dueAt,
      checkedAt: decision.kind === 'keep' ? now : undefined,
      weakEndedAt: decision.kind === 'confirm' ? decision.weakEndedAt : undefined,
      unknown:
        decision.kind === 'retry' ? { count: decision.unknownCount, reason: decision.reason, at: now } : undefined,
    });
  }

  /** Those in use are used all the time; those awake long ago, but not so long that they may sleep. */
  private populate(): void {
    const { inUse, awake, asleep, intervalMs } = this.world;
    const startMs = this.nowMs();
    const opened = (usedAt: (nowMs: number) => number) => this.hub.open(startMs + this.random() * intervalMs, usedAt);
    for (let nth = 0; nth < inUse; nth += 1) opened((nowMs) => nowMs);
    for (let nth = 0; nth < awake; nth += 1) opened((nowMs) => nowMs - SLEEP_AFTER_MS / 2);
    for (let nth = 0; nth < asleep; nth += 1) opened(() => startMs - SLEEP_AFTER_MS);
  }
}

const loadOf = (world: World): Load => {
  const sessions = world.inUse + world.awake + world.asleep;
  return {
    ...{ sessions, inUse: world.inUse / sessions, awake: world.awake / sessions },
    ...{ intervalMs: world.intervalMs, pushProven: world.pushProven, confirm: true, maxPerS: world.maxPerS },
    ...{ latencyMs: LATENCY_MS, concurrency: 64, probesACore: 400 },
    profile: { name: 'keycloak', minIntervalS: LEAST_MS / 1000 },
  };
};
/** From the end at the IdP until it was written down. */
const noticed = (simulation: Simulation, sessions: readonly SimulatedSession[]) =>
  sessions.map((session) => (session.endedAt ?? Infinity) - simulation.gone.get(session)!);

describe('the scheduler, simulated with its own functions over hours', () => {
  const usual: World = {
    ...{ intervalMs: 15 * MINUTE_MS, maxPerS: 100, pushProven: false },
    ...{ inUse: 800, awake: 800, asleep: 18_400 },
  };

  it.each<[string, World]>([
    ['as usual', usual],
    ['with push proven', { ...usual, pushProven: true, inUse: 1_600, awake: 1_600, asleep: 16_800 }],
  ])('20,000 sessions %s: rate, mean and worst time to notice are what the planner says', async (_name, world) => {
    const plan = planOf(loadOf(world));
    await new Simulation(world).run(async (simulation) => {
      const warmMs = 1.5 * (world.pushProven ? 4 : 1) * world.intervalMs;
      await simulation.time.pass(warmMs); // by then everybody is asked about at random
      const before = simulation.probes;
      await simulation.time.pass(HOUR_MS);
      const perS = (simulation.probes - before) / 3600;
      expect(perS / plan.probesPerS).toBeGreaterThan(0.97);
      expect(perS / plan.probesPerS).toBeLessThan(1.03);

      const inUse = simulation.hub.sessions.slice(0, world.inUse);
      const awake = simulation.hub.sessions.slice(world.inUse, world.inUse + world.awake);
      const ending = [...inUse.slice(0, 400), ...awake.slice(0, 400)];
      const nowMs = simulation.nowMs();
      for (const session of ending) simulation.gone.set(session, nowMs + simulation.random() * HOUR_MS);
      await simulation.time.pass(HOUR_MS + plan.awake.worstMs + MINUTE_MS);
      for (const [times, planned] of [
        [noticed(simulation, inUse.slice(0, 400)), plan.inUse],
        [noticed(simulation, awake.slice(0, 400)), plan.awake],
      ] as const) {
        expect(mean(times) / planned.meanMs).toBeGreaterThan(0.92);
        expect(mean(times) / planned.meanMs).toBeLessThan(1.08);
        expect(most(times)).toBeLessThanOrEqual(planned.worstMs + SECOND_MS); // waiting for a token, and for the loop
      }
      const ended = simulation.hub.sessions.filter(({ endedAt }) => endedAt !== undefined);
      expect(new Set(ended)).toEqual(new Set(ending)); // and nobody else
    });
  });

  it('sessions that sleep cost nothing, and are asked about within milliseconds when somebody comes back', async () => {
    const world = { ...usual, inUse: 0, awake: 0, asleep: 10_000 };
    const plan = planOf(loadOf(world));
    await new Simulation(world).run(async (simulation) => {
      await simulation.time.pass(3 * HOUR_MS);
      expect(simulation.probes).toBe(0);
      const back = simulation.hub.sessions.slice(0, 20);
      const ended = back.slice(0, 10);
      for (const session of back) {
        if (ended.includes(session)) simulation.gone.set(session, simulation.nowMs());
        simulation.wake(session);
        await simulation.time.pass(MINUTE_MS);
      }
      expect(back.filter(({ endedAt }) => endedAt !== undefined)).toEqual(ended);
      expect(most(noticed(simulation, ended))).toBeLessThanOrEqual(plan.asleep.worstMs);
      expect(back.slice(10).every(({ asleepSince }) => asleepSince === undefined)).toBe(true);
    });
  });

  it('T151: an IdP that is away for 6 hours is hardly asked, comes back without a herd, and no session is lost', async () => {
    const world = { ...usual, maxPerS: 20, asleep: 0 };
    await new Simulation(world).run(async (simulation) => {
      await simulation.time.pass(HOUR_MS);
      simulation.isDown = true;
      const before = simulation.probes;
      await simulation.time.pass(6 * HOUR_MS);
      expect(simulation.probes - before).toBeLessThan(200); // the half-open ones, and those that opened it
      simulation.isDown = false;
      const lookedAfterS = await simulation.untilBack();
      expect(lookedAfterS).toBeLessThanOrEqual(302);
      const back = await simulation.perSecond(900);
      expect(most(back.slice(0, 30)) / world.maxPerS).toBeLessThanOrEqual(0.2);
      expect(most(back.slice(0, 60)) / world.maxPerS).toBeLessThanOrEqual(0.3);
      expect(most(back) / world.maxPerS).toBeLessThanOrEqual(1.3);
      expect(simulation.hub.sessions.every(({ endedAt }) => endedAt === undefined)).toBe(true);
      const backMs = simulation.nowMs() - 901 * SECOND_MS;
      expect(simulation.hub.sessions.every(({ checkedAt }) => checkedAt >= backMs)).toBe(true); // all were asked about
      const later = await simulation.perSecond(900);
      const halfMinutes = Array.from({ length: 15 }, (_, nth) => mean(later.slice(450 + 30 * nth, 480 + 30 * nth)));
      expect(most(halfMinutes) / mean(halfMinutes)).toBeLessThan(2); // and spread again
    });
  });

  it('an IdP that permits less than is needed: everybody waits longer in proportion, nobody is forgotten', async () => {
    const world = { ...usual, maxPerS: 2, asleep: 0 };
    const plan = planOf(loadOf(world));
    expect(plan.warnings).toHaveLength(1);
    await new Simulation(world).run(async (simulation) => {
      await simulation.time.pass(2 * HOUR_MS);
      const before = simulation.probes;
      await simulation.time.pass(HOUR_MS);
      expect((simulation.probes - before) / 3600 / plan.probesPerS).toBeCloseTo(1, 1);
      const oldestMs = simulation.nowMs() - Math.min(...simulation.hub.sessions.map(({ checkedAt }) => checkedAt));
      expect(oldestMs).toBeLessThan(1.5 * plan.awake.worstMs);
    });
  });
});
