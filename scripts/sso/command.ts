/** One thing that an operator may ask or order. */
export interface Command {
  /** after `npm run sso -- <name>` */
  readonly usage: string;
  readonly summary: string;
  /** more about it, for `--help` after its name */
  readonly help?: string;
  /**
   * Runs it, and gives the exit code.
   *
   * @param args what stands after the command's name
   * @param say writes one line for the person
   * @param env the environment
   * @throws UsageError when the arguments can't be used
   */
  run(
    args: readonly string[],
    say: (line: string) => void,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<number>;
}

/** The arguments can't be used; the message says why, and what to write. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}
