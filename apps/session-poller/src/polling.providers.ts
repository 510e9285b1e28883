import type { Provider } from '@nestjs/common';
import {
  Brakes,
  Canaries,
  Clock,
  IssuerHealth,
  Pollers,
  ProbeCounts,
  ProbeQueue,
  ProbeSignal,
  SessionCensus,
  sessionIntervalMs,
  SessionTokens,
  SsfStreams,
  SsoSessions,
} from '#session';
import { BrakeWatch } from './brake/brake-watch.js';
import { whatIsWrongWith } from './brake/idp-standing.js';
import { ProbeTally } from './brake/probe-tally.js';
import { ReleaseTrial } from './brake/release-trial.js';
import { TallyLoop } from './brake/tally-loop.js';
import { Watching } from './brake/watching.js';
import type { PollerConfig } from './config.js';
import type { WatchedIdp } from './idps/watched-idp.js';
import { ProbeObserver } from './metrics/probe-observer.js';
import { Fleet } from './poll/fleet.js';
import { GatedProbe } from './poll/gated-probe.js';
import { IdpGate } from './poll/idp-gate.js';
import { gateOptionsOf, loopOptionsOf } from './poll/loop-options.js';
import { PollLoop } from './poll/poll-loop.js';
import { PollLoops } from './poll/poll-loops.js';
import { PollOnce, type PollStores } from './poll/poll-once.js';
import { ProbeLog } from './poll/probe-log.js';
import { rest } from './poll/rest.js';
import { SessionWatch } from './poll/session-watch.js';
import { makeProbe, type ProbeParts } from './probe/make-probe.js';
import { SessionRefresher } from './probe/session-refresher.js';

const LONGEST_WATCH_MS = 15_000;

/** What asks about sessions, and what watches over the endings that it finds. */
export function pollingOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider[] {
  return [
    {
      provide: ProbeTally,
      inject: [ProbeCounts, Clock],
      useFactory: (counts: ProbeCounts, clock: Clock) => new ProbeTally(counts, clock),
    },
    {
      provide: SessionRefresher,
      inject: [SessionTokens, SsoSessions, Clock],
      useFactory: (tokens: SessionTokens, sessions: SsoSessions, clock: Clock) =>
        new SessionRefresher(tokens, sessions, clock),
    },
    { provide: Fleet, inject: [Pollers], useFactory: (pollers: Pollers) => new Fleet(pollers, rest) },
    {
      provide: SessionWatch,
      inject: [SessionCensus, SsfStreams, ProbeObserver, Clock],
      useFactory: (census: SessionCensus, streams: SsfStreams, observer: ProbeObserver, clock: Clock) =>
        new SessionWatch(census, streams, observer, { clock, rest }, idps),
    },
    loopsOf(config, idps),
    watchingOf(config, idps),
  ];
}

const stores = [ProbeQueue, IssuerHealth, SsoSessions, ProbeTally, ProbeObserver] as const;
type Stores = [ProbeQueue, IssuerHealth, SsoSessions, ProbeTally, ProbeObserver];
const guides = [SessionRefresher, Canaries, Fleet, SessionWatch, ProbeSignal, Clock] as const;
type Guides = [SessionRefresher, Canaries, Fleet, SessionWatch, ProbeSignal, Clock];

function loopsOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider {
  const useFactory = (...injected: [...Stores, ...Guides]) => {
    const [queue, health, sessions, tally, observer, refresher, canaries, fleet, watch, signal, clock] = injected;
    const loops = idps.map((idp) => {
      const gate = new IdpGate(gateOptionsOf(idp, fleet, observer), clock.now());
      const written = { queue, health, sessions, tally, observer, log: new ProbeLog(idp.name, clock) };
      const poll = pollOf(idp, written, { refresher, canaries, gate, watch, clock });
      return new PollLoop({ queue, canaries }, poll, gate, { clock, rest }, loopOptionsOf(idp, config));
    });
    return new PollLoops(loops, { fleet, watch, signal });
  };
  return { provide: PollLoops, inject: [...stores, ...guides], useFactory };
}

/** What the polls of one IdP go by. */
interface PollGuides extends ProbeParts {
  readonly gate: IdpGate;
  readonly watch: SessionWatch;
}

function pollOf(idp: WatchedIdp, written: PollStores, { gate, watch, ...parts }: PollGuides): PollOnce | undefined {
  const gated = (method: WatchedIdp['method']) => {
    const probe = makeProbe(method, idp, parts);
    return probe && new GatedProbe(probe, gate, parts.clock);
  };
  const main = gated(idp.method);
  if (main === undefined) return undefined;
  const confirm = idp.confirm === idp.method ? undefined : gated(idp.confirm);
  return new PollOnce({ main, confirm }, written, parts.clock, {
    lane: idp.lane,
    intervalMs: idp.intervalMs,
    intervalMsOf: ({ lastUsedAt }, now) => sessionIntervalMs(watch.rhythmOf(idp), lastUsedAt, now),
    needsCalibration: needsCalibration(idp),
    maxUnknownMs: idp.entry.probe.maxUnknownS && idp.entry.probe.maxUnknownS * 1000,
    reauthenticateHeld: idp.entry.probe.heldSessions === 'reauthenticate',
    random: Math.random,
  });
}

/** Where the configuration says what a refused refresh token means, no "active" can ever come that would prove it. */
function needsCalibration({ profile, method, entry }: WatchedIdp): boolean {
  return profile.needsCalibration && !(method === 'refresh' && entry.probe.grantGoneIsLogout);
}

function watchingOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider {
  const inject = [...stores, Brakes, SessionRefresher, Canaries, Clock];
  type Injected = [...Stores, Brakes, SessionRefresher, Canaries, Clock];
  const useFactory = (...injected: Injected) => {
    const [queue, health, sessions, tally, observer, brakes, refresher, canaries, clock] = injected;
    const watches = idps.map((idp) => {
      const { name, lane, intervalMs } = idp;
      const probe = makeProbe(idp.method, idp, { refresher, canaries, clock });
      const trial =
        probe &&
        new ReleaseTrial(probe, { brakes, canaries, queue, health }, clock, {
          ...{ lane, intervalMs, canarySub: idp.entry.probe.canarySub, leaseMs: config.LEASE_S * 1000 },
          whatIsWrong: () => whatIsWrongWith(idp.options, clock),
        });
      const periodMs = Math.min(LONGEST_WATCH_MS, intervalMs);
      return new BrakeWatch({ brakes, sessions, observer }, trial, clock, { name, lane, periodMs });
    });
    return new Watching(new TallyLoop(tally), watches);
  };
  return { provide: Watching, inject, useFactory };
}
