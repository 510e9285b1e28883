import { problem } from '#http';
import { z } from 'zod';
import { isStorable } from '../storable-text.js';

/** What every list takes. */
export const paging = {
  limit: z.coerce.number('must be a number').int().min(1).max(200).default(50),
  /** where the page before ended; from the `Link` header */
  after: z.string('must stand once').min(1).max(300).refine(isStorable, 'must not hold a NUL').optional(),
};

/** A parameter that narrows a list, or a member that is plain text. */
export const text = z.string('must be text that stands once').min(1).max(300);

/** The same without a NUL, which Postgres can't even ask for. */
export const plainText = text.refine(isStorable, 'must not hold a NUL');

/**
 * Reads the body of a request.
 *
 * @throws Problem 400 that names every fault
 */
export function readBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  if (JSON.stringify(body ?? null).includes('\\u0000'))
    throw problem(400, 'invalid-body', 'The body is wrong', undefined, { faults: ['it holds a NUL'] });
  return read(schema, body, { name: 'invalid-body', title: 'The body is wrong' });
}

/**
 * Reads the parameters behind the question mark.
 *
 * @throws Problem 400 that names every fault
 */
export function readQuery<S extends z.ZodType>(schema: S, query: unknown): z.output<S> {
  return read(schema, query, { name: 'invalid-parameter', title: 'A parameter is wrong' });
}

function read<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { name, title }: { readonly name: string; readonly title: string },
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw problem(400, name, title, undefined, { faults: parsed.error.issues.flatMap(faultsOf) });
}

function faultsOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${placeOf([...issue.path, key])}: is not known here`);
  return [`${placeOf(issue.path)}: ${issue.message}`];
}

/** A name that could not be one of ours is not repeated: a problem holds no free text from a request. */
function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(all of it)';
  return path.map((part) => (/^\w{1,64}$/.test(String(part)) ? String(part) : '(a strange name)')).join('.');
}
