import { z } from 'zod';

const word = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a word of a-z, 0-9 and _');

/** What a page of a front end may tell: words, numbers and ids, never text of its own. */
export const Told = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('silent'),
    outcome: word,
    via: z.enum(['frame', 'redirect']),
    tookMs: z.number().int().min(0).max(3_600_000).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('shown'),
    status: z.enum(['signed_in', 'signed_out']),
    sid: z.uuid().exactOptional(),
    reason: word.exactOptional(),
  }),
]);
export type Told = z.infer<typeof Told>;
