import { confirmDelayMs, nextProbeDelayMs, retryDelayMs, throttleDelayMs } from './schedule.js';
import type { UnknownReason, Verdict } from './verdict.js';

/** What earlier probes of the session left behind. */
export interface ProbeProgress {
  /** the first probe of the present row of weak "ended"; undefined when the last one said something else */
  readonly weakEndedAt: Date | undefined;
  /** probes in a row that could not find out */
  readonly unknownCount: number;
}

/** What follows from a verdict. */
export type ProbeDecision =
  | { readonly kind: 'keep'; readonly dueAt: Date }
  | { readonly kind: 'confirm'; readonly dueAt: Date; readonly weakEndedAt: Date }
  | { readonly kind: 'retry'; readonly dueAt: Date; readonly reason: UnknownReason; readonly unknownCount: number }
  | { readonly kind: 'end'; readonly effectiveAt: Date; readonly strength: 'strong' | 'weak'; readonly probes: number };

/**
 * Decides what to do about a session. A strong "ended" ends it; a weak one must be said twice, with time between and
 * nothing else in between; not knowing changes nothing but the time of the next probe.
 *
 * @param random of [0, 1)
 */
export function decide(
  verdict: Verdict,
  progress: ProbeProgress,
  now: Date,
  intervalMs: number,
  random: number,
): ProbeDecision {
  const after = (delayMs: number) => new Date(now.getTime() + delayMs);
  switch (verdict.kind) {
    case 'active':
      return { kind: 'keep', dueAt: after(nextProbeDelayMs(intervalMs, random)) };
    case 'unknown': {
      const unknownCount = progress.unknownCount + 1;
      const dueAt = after(
        verdict.reason === 'throttled'
          ? throttleDelayMs(intervalMs, random, verdict.retryAfterS)
          : retryDelayMs(unknownCount, intervalMs, random, verdict.retryAfterS),
      );
      return { kind: 'retry', dueAt, reason: verdict.reason, unknownCount };
    }
    case 'ended': {
      if (verdict.strength === 'strong') return { kind: 'end', effectiveAt: now, strength: 'strong', probes: 1 };
      const since = progress.weakEndedAt;
      const waitedMs = since === undefined ? -1 : now.getTime() - since.getTime();
      if (since !== undefined && waitedMs >= confirmDelayMs(intervalMs, 0)) {
        return { kind: 'end', effectiveAt: since, strength: 'weak', probes: 2 };
      }
      return {
        kind: 'confirm',
        dueAt: after(confirmDelayMs(intervalMs, random)),
        weakEndedAt: since !== undefined && waitedMs >= 0 ? since : now,
      };
    }
  }
}
