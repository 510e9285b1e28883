import type { z } from 'zod';

/** Names the members of a JSON document that are not as they must be; never their values. */
export function faultyMembers({ issues }: z.ZodError, document: string): string {
  return issues.map(({ path }) => String(path[0] ?? document)).join(', ');
}
