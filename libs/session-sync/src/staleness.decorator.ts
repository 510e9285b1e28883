import { SetMetadata } from '@nestjs/common';
import type { Staleness as StalenessLimits } from './access-decision.js';

/** Metadata key of {@link Staleness}. */
export const STALENESS = 'session-sync:staleness';

/**
 * Sets for a route or controller how old an answer may be, in milliseconds; what is not named stays as the module has it.
 * `@Staleness({ maxMs: 0 })` asks the database for every request.
 */
export const Staleness = (limits: Partial<StalenessLimits>) => SetMetadata(STALENESS, limits);
