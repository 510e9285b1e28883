import type { PollerConfig } from '../config.js';
import type { WatchedIdp } from '../idps/watched-idp.js';
import type { ProbeObserver } from '../metrics/probe-observer.js';
import type { Fleet } from './fleet.js';
import type { GateOptions } from './idp-gate.js';
import type { PollLoopOptions } from './poll-loop.js';

/** How fast `idp` may be asked. */
export function gateOptionsOf(
  { name, lane, method, intervalMs, entry }: WatchedIdp,
  fleet: Pick<Fleet, 'size'>,
  observer: ProbeObserver,
): GateOptions {
  const { maxPerS } = entry.probe;
  const changed = (state: 'closed' | 'open'): void => {
    observer.breakerChanged(lane.iss, method, state);
  };
  changed('closed');
  return { name, method, intervalMs, maxPerS, pollers: () => fleet.size, changed };
}

/** How the loop of `idp` works. */
export function loopOptionsOf(idp: WatchedIdp, { LEASE_S }: Pick<PollerConfig, 'LEASE_S'>): PollLoopOptions {
  const { name, lane, sleepAfterMs, entry, method } = idp;
  const { concurrency, canarySub } = entry.probe;
  const canary = { sub: canarySub, hasTokens: method !== 'admin-api' };
  return { name, lane, leaseMs: LEASE_S * 1000, concurrency, sleepAfterMs, canary };
}
