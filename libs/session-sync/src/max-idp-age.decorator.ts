import { SetMetadata } from '@nestjs/common';

/** Metadata key of {@link MaxIdpAge}. */
export const MAX_IDP_AGE = 'session-sync:max-idp-age';

/**
 * Lets in only sessions that the IdP has confirmed within the last `ms` milliseconds; others are refused with 403
 * `idp-check-too-old`, which names the address where a silent sign-in renews it.
 */
export const MaxIdpAge = (ms: number) => SetMetadata(MAX_IDP_AGE, ms);
