import { processKeys } from '#http';
import { serviceKeys } from '#session-sync';
import { z } from 'zod';

/** Configuration of the billing service. */
export const BillingConfig = z.object({ ...processKeys, ...serviceKeys });
export type BillingConfig = z.infer<typeof BillingConfig>;
