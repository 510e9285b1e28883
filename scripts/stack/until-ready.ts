import { setTimeout } from 'node:timers/promises';
import type { Child } from './guard.js';

/**
 * Asks again and again until `attempt` resolves: then `true`.
 *
 * `false` when the child ended before that, or did not answer within `timeoutMs`; it is killed then.
 */
export async function untilReady(child: Child, attempt: () => Promise<void>, timeoutMs: number): Promise<boolean> {
  let running = true;
  void child.exited.then(() => {
    running = false;
  });
  const mayAnswer = (): boolean => running;
  const end = Date.now() + timeoutMs;
  while (mayAnswer() && Date.now() < end) {
    try {
      await attempt();
      return mayAnswer(); // if not, something else answered on its port
    } catch {
      await setTimeout(15);
    }
  }
  await child.kill();
  return false;
}
