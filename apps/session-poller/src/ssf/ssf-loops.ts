import type { BeforeApplicationShutdown, OnApplicationBootstrap, Provider } from '@nestjs/common';
import { Clock, SeenTokens, SsfStreams, SsoSessions } from '#session';
import { SecurityEvents } from '#ssf';
import type { PollerConfig } from '../config.js';
import type { WatchedIdp } from '../idps/watched-idp.js';
import { ProbeObserver } from '../metrics/probe-observer.js';
import { StreamLoop } from './stream-loop.js';
import { TakeSets } from './take-sets.js';

/** One loop for each stream of security events that is polled. */
export class SsfLoops implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly loops: readonly StreamLoop[]) {}

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  /** Before the relay stops: what they ended last is sent. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}

/** Makes a loop for each IdP whose entry says so. */
export function ssfLoops({ LEASE_S }: Pick<PollerConfig, 'LEASE_S'>, idps: readonly WatchedIdp[]): Provider {
  return {
    provide: SsfLoops,
    inject: [SsfStreams, SeenTokens, SsoSessions, ProbeObserver, Clock],
    useFactory: (...injected: [SsfStreams, SeenTokens, SsoSessions, ProbeObserver, Clock]) => {
      const [streams, seen, sessions, observer, clock] = injected;
      const lanes = idps.map(({ lane }) => lane);
      // tokens of what has ended are forgotten with it, and not revoked from here (ADR 33)
      const events = new SecurityEvents(lanes, seen, sessions, clock, (ended, cause) => {
        for (const { iss } of ended) observer.ended(iss, cause);
      });
      const loops = idps.flatMap(({ name, lane: { iss }, ssf }) => {
        if (ssf === undefined) return [];
        const sets = new TakeSets(events, name, { iss, transmitter: ssf.transmitter }, clock);
        return [new StreamLoop(ssf, streams, sets, clock, { name, leaseMs: LEASE_S * 1000, random: Math.random })];
      });
      return new SsfLoops(loops);
    },
  };
}
