import type { Provider } from '@nestjs/common';
import { Brakes, Clock, IssuerHealth, ProbeCounts, ProbeQueue, SsoSessions } from '#session';
import { BrakeWatch } from './brake/brake-watch.js';
import { whatIsWrongWith } from './brake/idp-standing.js';
import { ProbeTally } from './brake/probe-tally.js';
import { ReleaseTrial } from './brake/release-trial.js';
import { TallyLoop } from './brake/tally-loop.js';
import { Watching } from './brake/watching.js';
import type { PollerConfig } from './config.js';
import type { WatchedIdp } from './idps/watched-idp.js';
import { PollLoop } from './poll/poll-loop.js';
import { PollLoops } from './poll/poll-loops.js';
import { PollOnce, type PollStores } from './poll/poll-once.js';
import { ProbeLog } from './poll/probe-log.js';
import { makeProbe } from './probe/make-probe.js';

const LONGEST_WATCH_MS = 15_000;

/** What asks about sessions, and what watches over the endings that it finds. */
export function pollingOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider[] {
  return [
    {
      provide: ProbeTally,
      inject: [ProbeCounts, Clock],
      useFactory: (counts: ProbeCounts, clock: Clock) => new ProbeTally(counts, clock),
    },
    loopsOf(config, idps),
    watchingOf(config, idps),
  ];
}

function loopsOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider {
  return {
    provide: PollLoops,
    inject: [ProbeQueue, IssuerHealth, SsoSessions, ProbeTally, Clock],
    useFactory: (queue: ProbeQueue, health: IssuerHealth, sessions: SsoSessions, tally: ProbeTally, clock: Clock) =>
      new PollLoops(
        idps.map((idp) => {
          const { name, lane, entry } = idp;
          const poll = pollOf(idp, { queue, health, sessions, tally, log: new ProbeLog(name, clock) }, clock);
          const leaseMs = config.LEASE_S * 1000;
          return new PollLoop(queue, poll, clock, { name, lane, leaseMs, concurrency: entry.probe.concurrency });
        }),
      ),
  };
}

function pollOf(idp: WatchedIdp, stores: PollStores, clock: Clock): PollOnce | undefined {
  const main = makeProbe(idp.method, idp, clock);
  if (main === undefined) return undefined;
  const confirm = idp.confirm === idp.method ? undefined : makeProbe(idp.confirm, idp, clock);
  return new PollOnce({ main, confirm }, stores, clock, {
    iss: idp.lane.iss,
    intervalMs: idp.intervalMs,
    needsCalibration: idp.profile.needsCalibration,
    reauthenticateHeld: idp.entry.probe.heldSessions === 'reauthenticate',
    random: Math.random,
  });
}

function watchingOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider {
  const inject = [ProbeTally, Brakes, ProbeQueue, IssuerHealth, SsoSessions, Clock];
  type Injected = [ProbeTally, Brakes, ProbeQueue, IssuerHealth, SsoSessions, Clock];
  const useFactory = (...[tally, brakes, queue, health, sessions, clock]: Injected) => {
    const watches = idps.map((idp) => {
      const { name, lane, intervalMs } = idp;
      const trial = trialOf(idp, { brakes, queue, health }, clock, config.LEASE_S * 1000);
      const periodMs = Math.min(LONGEST_WATCH_MS, intervalMs);
      return new BrakeWatch(brakes, sessions, trial, clock, { name, lane, periodMs });
    });
    return new Watching(new TallyLoop(tally), watches);
  };
  return { provide: Watching, inject, useFactory };
}

function trialOf(
  idp: WatchedIdp,
  stores: ConstructorParameters<typeof ReleaseTrial>[1],
  clock: Clock,
  leaseMs: number,
): ReleaseTrial | undefined {
  const probe = makeProbe(idp.method, idp, clock);
  if (probe === undefined) return undefined;
  return new ReleaseTrial(probe, stores, clock, {
    lane: idp.lane,
    canarySub: idp.entry.probe.canarySub,
    intervalMs: idp.intervalMs,
    leaseMs,
    whatIsWrong: () => whatIsWrongWith(idp.options, clock),
  });
}
