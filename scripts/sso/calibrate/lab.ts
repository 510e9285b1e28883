import { setTimeout as sleep } from 'node:timers/promises';
import type { IdpClient } from '#idp-client';
import type { Clock } from '#session';
import type { CalibrateOptions } from './options.js';
import type { Guide } from './guide.js';

/** What an experiment works with. */
export interface Lab {
  readonly options: CalibrateOptions;
  readonly client: IdpClient;
  readonly guide: Guide;
  readonly clock: Clock;
  /** aborted when the person does not want to go on */
  readonly signal: AbortSignal;
  /** refresh tokens that were given, to be revoked at the end */
  readonly given: Set<string>;
}

/** Waits. @throws AbortError */
export async function pause(lab: Pick<Lab, 'signal'>, seconds: number): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal: lab.signal });
}

/** Seconds since `from`, to a tenth. */
export function secondsSince({ clock }: Pick<Lab, 'clock'>, from: Date): number {
  return Math.round((clock.now().getTime() - from.getTime()) / 100) / 10;
}
