import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { IdpHttp } from './idp-http.js';

const COOL_DOWN_MS = 30_000;

/**
 * Finds an issuer's keys at `uri`. They are fetched when an unknown one is named, at most once in 30 seconds, and anew
 * after ten minutes; each time within the limits of `http`.
 *
 * A key set that can't be had is an error of the fetch, not a judgement of the token: whoever verifies must let it pass.
 */
export function keysAt(uri: string, http: IdpHttp): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(uri), {
    cooldownDuration: COOL_DOWN_MS,
    [customFetch]: async () => new Response(await http.document(uri)),
  });
}
