import { z } from 'zod';

/** Accepts a comma separated list, `a,b`, and gives its trimmed, non-empty parts. */
export const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item).min(1, 'names nothing'));

/** Accepts `name=value,name=value` and gives a map. A name stands once. */
export const keyValueList = <T extends z.ZodType<unknown, string>>(value: T) =>
  z.string().transform((text, context): ReadonlyMap<string, z.output<T>> => {
    const result = new Map<string, z.output<T>>();
    for (const [index, part] of text.split(',').entries()) {
      if (part.trim() === '') continue;
      const at = part.indexOf('=');
      const name = part.slice(0, at).trim();
      const parsed = value.safeParse(part.slice(at + 1).trim());
      if (at < 1 || !/^[a-z0-9-]+$/.test(name) || result.has(name) || !parsed.success) {
        context.addIssue({
          code: 'custom',
          message: `part ${index + 1} is not name=value, with a name of a-z, 0-9 and - that stands once`,
        });
        return z.NEVER;
      }
      result.set(name, parsed.data);
    }
    return result;
  });

/** Accepts an http(s) origin, `https://app.example.com`: no path, no trailing slash. */
export const httpOrigin = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text), {
    error: 'must be an http(s) origin such as https://app.example.com, with no path and no trailing slash',
  });

/** Accepts a TCP port; 0 takes a free one. */
export const port = z
  .string()
  .trim()
  .regex(/^\d{1,5}$/, 'must be a number from 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'must be a number from 0 to 65535'));

/** Accepts a number of seconds greater than 0. Fractions are allowed. */
export const positiveSeconds = z.coerce.number().positive();

/** Accepts `1`, `true`, `0`, `false`. */
export const switchKey = z.stringbool({ truthy: ['1', 'true'], falsy: ['0', 'false'] });
