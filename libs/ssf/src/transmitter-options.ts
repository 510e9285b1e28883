import type { IdpEntry } from '#idp-client';
import type { TransmitterOptions } from './transmitter.js';

/** Gives what an IdP's entry says of its transmitter. Its addresses are under the rules of the IdP's. */
export function transmitterOptionsOf(
  { internalOrigin, unsafePlainHttp }: IdpEntry,
  { transmitter, jwksUri, audience }: NonNullable<IdpEntry['ssf']>,
): TransmitterOptions {
  return { issuer: transmitter, internalOrigin, unsafePlainHttp, jwksUri, audience };
}
