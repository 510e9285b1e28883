import { z } from 'zod';

/**
 * Accepts JSON text that `schema` accepts. Every fault is named with its place; values are never repeated, for they
 * may be keys and passwords.
 */
export const jsonValue = <S extends z.ZodType>(schema: S) =>
  z.string().transform((text, context): z.output<S> => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`);
    context.addIssue({ code: 'custom', message: faults.join('; ') });
    return z.NEVER;
  });

function placeOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(all of it)' : path.map(String).join('.');
}

/** Says whether no two entries give the same text for `key`. */
export function isUniqueBy<T>(entries: readonly T[], key: (entry: T) => string): boolean {
  return new Set(entries.map(key)).size === entries.length;
}

/** Says whether every object has a member of this name by itself: an id that is used as a key must not be one. */
export function isJavaScripts(name: string): boolean {
  return name in Object.prototype;
}
