import { reasonOf } from '#session';
import { setTimeout } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Tries `attempt` until it succeeds or `signal` aborts, with growing pauses. A broker that is there but not ready (a
 * cluster without a leader, a stream whose nodes are away) is waited for like one that is not there.
 */
export async function insist(
  what: string,
  attempt: () => Promise<unknown>,
  signal: AbortSignal,
  logger: LoggerService,
): Promise<void> {
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      logger.error(`${what}.failed attempt=${tries} reason=${reasonOf(error)}`);
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined); // a stop ends the pause
    }
  }
}
