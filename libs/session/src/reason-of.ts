/**
 * Gives an error's reason for a log: one line. A database's message has several; the last says what happened.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.message.trim().split('\n').at(-1)?.trim() ?? error.name;
}
