import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A secret, never written into a document itself: the name of an environment variable, or the path of a file. */
export const secretPlace = z.union(
  [
    z.strictObject({
      env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
    }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: 'must be {env: NAME} or {file: path}; a secret never stands in this file: if it was one, change it' },
);
export type SecretPlace = z.output<typeof secretPlace>;

/** Reads a secret where it is; undefined when the variable is not set, or the file is empty or can't be read. */
export function readSecret(place: SecretPlace, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const text = ('env' in place ? env[place.env] : readFile(place.file))?.trim() ?? '';
  return text === '' ? undefined : text;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
