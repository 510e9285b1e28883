import type { HeldEnding } from '#session';
import { z } from 'zod';

const Written = z.object({
  effectiveAt: z.coerce.date(),
  method: z.string(),
  strength: z.enum(['strong', 'weak']),
  probes: z.number(),
  tokenGeneration: z.number(),
});

/** Reads what was written down of an ending that is held. */
export function toHeldEnding(value: unknown): HeldEnding {
  return Written.parse(value);
}
