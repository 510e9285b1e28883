import { composeTarget } from './compose-target.js';
import type { CheckResult } from './report.js';
import type { DemoSurroundings } from './run-stack.js';
import { playStory } from './story/play-story.js';

/** Plays the story against the docker-compose cluster that is already up. Starts and stops nothing but what the story needs. */
export async function runCompose(command: string, { progress, interrupted }: DemoSurroundings): Promise<CheckResult> {
  const target = await progress.during('reading the cluster', () => composeTarget(command));
  const played = progress.during('playing the story', (detail) =>
    playStory(target, ({ id, title }) => {
      detail(`${id}) ${title}`);
    }),
  );
  return Promise.race([played, interrupted]);
}
