import type { Counted, FailureCounter } from './failure-counter.js';

/** A counter that a try goes into, and how many failures it allows. */
export interface Limit {
  readonly counter: FailureCounter;
  readonly key: string;
  /** undefined = it counts and refuses nothing */
  readonly atMost: number | undefined;
}

/** Whether something may be tried now. It has been counted as a failure already, so that tries at once can't race past a limit. */
export type Admission =
  | {
      readonly allowed: true;
      /** Takes the failure back, after success. */
      readonly takeBack: () => Promise<void>;
    }
  | {
      readonly allowed: false;
      /** seconds after which it is worth trying again */
      readonly retryAfterS: number;
    };

/** Counts a try everywhere, and takes it back again when one of the limits refuses it: what was not tried has not failed. */
export async function admit(limits: readonly Limit[]): Promise<Admission> {
  const all = await Promise.all(
    limits.map(async ({ counter, key, atMost }) => ({ atMost, counted: await counter.count(key) })),
  );
  const takeBack = async () => {
    await Promise.all(all.map(({ counted }) => counted.takeBack()));
  };
  const waits = all.flatMap(({ atMost, counted }) => (exceeds(counted, atMost) ? [counted.endsInS] : []));
  if (waits.length === 0) return { allowed: true, takeBack };
  await takeBack();
  return { allowed: false, retryAfterS: Math.max(1, ...waits) };
}

function exceeds({ count }: Counted, atMost: number | undefined): boolean {
  return atMost !== undefined && count > atMost;
}
