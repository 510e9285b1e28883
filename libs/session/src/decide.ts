import { confirmDelayMs, nextProbeDelayMs, retryDelayMs, throttleDelayMs } from './schedule.js';
import type { ClaimedSession, ReauthReason } from './poller-ports.js';
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
  | {
      readonly kind: 'retry';
      readonly dueAt: Date;
      readonly reason: UnknownReason;
      readonly unknownCount: number;
      readonly reauth: ReauthReason | undefined;
    }
  | { readonly kind: 'end'; readonly effectiveAt: Date; readonly strength: 'strong' | 'weak'; readonly probes: number };

/**
 * Decides what to do about a session. A strong "ended" ends it; a weak one must be said twice, with time between and
 * nothing else in between, or by two methods; not knowing changes nothing but the time of the next probe.
 *
 * @param random of [0, 1)
 * @param second what another method said of the same session right after a weak "ended". Its `active` counts; when it does
 *   not know, it is as though nobody had asked it
 * @see protocol §3.2, POL-08
 */
export function decide(
  verdict: Verdict,
  progress: ProbeProgress,
  now: Date,
  intervalMs: number,
  random: number,
  second?: Verdict,
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
      return { kind: 'retry', dueAt, reason: verdict.reason, unknownCount, reauth: verdict.reauth };
    }
    case 'ended': {
      if (second?.kind === 'active') return decide(second, progress, now, intervalMs, random);
      if (second?.kind === 'ended')
        return { kind: 'end', effectiveAt: progress.weakEndedAt ?? now, strength: second.strength, probes: 2 };
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

/** Nobody may be in the middle of a sign-in: then the old session is gone, the new one not yet there, and both methods see that. */
const QUIET_MS = 60_000;

/**
 * Says whether another method may confirm a weak "ended" at once: nobody has signed in or used the session for a minute
 * (ADR 8). Else the confirmation waits.
 */
export function mayConfirmAtOnce(
  session: Pick<ClaimedSession, 'openedAt' | 'lastUsedAt' | 'asleepSince'>,
  now: Date,
): boolean {
  const isQuiet = (at: Date | undefined) => at === undefined || now.getTime() - at.getTime() >= QUIET_MS;
  return session.asleepSince === undefined && isQuiet(session.openedAt) && isQuiet(session.lastUsedAt);
}
