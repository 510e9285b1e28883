/** A step of the story did not go as promised. */
export class StoryFault extends Error {
  /**
   * @param expected what should have been, as a sentence
   * @param seen what was seen in its place
   */
  constructor(
    readonly expected: string,
    readonly seen: string,
  ) {
    super(`expected: ${expected}; seen: ${seen}`);
    this.name = 'StoryFault';
  }
}

/** Goes on only when `holds`. @throws StoryFault */
export function expectThat(holds: boolean, expected: string, seen: string): asserts holds {
  if (!holds) throw new StoryFault(expected, seen);
}

/** Says what went wrong, line by line. */
export function faultLines(error: unknown): readonly string[] {
  if (error instanceof StoryFault) return [`expected: ${error.expected}`, `seen: ${error.seen}`];
  return [error instanceof Error ? error.message : String(error)];
}
