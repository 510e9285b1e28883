import type { UnknownReason, Verdict } from './verdict.js';

/** A person should look. `security`: somebody may be up to something. */
export interface ProbeAlarm {
  readonly level: 'security' | 'fault';
  readonly reason: UnknownReason;
}

const AT_ONCE: readonly UnknownReason[] = ['redirect', 'config', 'endpoint', 'uncalibrated'];
/** One malformed answer is a proxy's hiccup. */
const MALFORMED_IN_A_ROW = 3;

/**
 * Says whether a person should look at what a probe found out, or could not.
 *
 * @param inARow probes of this session that could not find out, with this one
 * @see protocol §3.1
 */
export function alarmOf(verdict: Verdict, inARow: number): ProbeAlarm | undefined {
  if (verdict.kind !== 'unknown') return undefined;
  const { reason } = verdict;
  if (reason === 'mismatch') return { level: 'security', reason };
  if (reason === 'malformed' && inARow >= MALFORMED_IN_A_ROW) return { level: 'fault', reason };
  return AT_ONCE.includes(reason) ? { level: 'fault', reason } : undefined;
}
