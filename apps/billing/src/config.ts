import { refuseContradictions } from '#bus';
import { processKeys } from '#http';
import { serviceKeys } from '#session-sync';
import { z } from 'zod';

/** Configuration of the billing service. */
export const BillingConfig = z.object({ ...processKeys, ...serviceKeys }).superRefine(refuseContradictions);
export type BillingConfig = z.infer<typeof BillingConfig>;
