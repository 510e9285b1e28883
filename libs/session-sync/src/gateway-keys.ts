import { Logger } from '@nestjs/common';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { type Clock, reasonOf } from '#session';

const TIMEOUT_MS = 3_000;
const COOL_DOWN_MS = 5_000;
const FRESH_MS = 10 * 60_000;
/** So long the keys that were fetched last go on to count while their address does not answer. */
const LONGEST_ALONE_MS = 24 * 60 * 60_000;

/**
 * Gives the gateway's keys. They are fetched anew every ten minutes and for a `kid` that is not among them; while their
 * address does not answer, those that were fetched last go on to count, for a day.
 *
 * The promise of a key rejects with an error of jose for a key that is not there, and with any other for "not known".
 */
export function gatewayKeys(url: URL, clock: Clock): JWTVerifyGetKey {
  const logger = new Logger('GatewayKeys');
  const options = { timeoutDuration: TIMEOUT_MS, cooldownDuration: COOL_DOWN_MS, cacheMaxAge: FRESH_MS };
  const remote = createRemoteJWKSet(url, options);
  let [fetchedAtMs, failedAtMs] = [0, 0];
  return async (header, token) => {
    const nowMs = clock.now().getTime();
    const last = nowMs - fetchedAtMs <= LONGEST_ALONE_MS ? remote.jwks() : undefined;
    if (last !== undefined && nowMs - failedAtMs < COOL_DOWN_MS) {
      const key = await keyAmong(last, header, token);
      if (key !== undefined) return key;
    }
    try {
      const key = await remote(header, token);
      if (failedAtMs > 0) logger.log('assertion.keys.available');
      [fetchedAtMs, failedAtMs] = [nowMs, 0];
      return key;
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      if (failedAtMs === 0) logger.error(`assertion.keys.unavailable reason=${reasonOf(error)}`);
      failedAtMs = nowMs;
      const key = last === undefined ? undefined : await keyAmong(last, header, token);
      if (key !== undefined) return key;
      throw error;
    }
  };
}

/** Gives undefined for a key that is not among them: the newest keys may have it. */
function keyAmong(jwks: Parameters<typeof createLocalJWKSet>[0], ...asked: Parameters<JWTVerifyGetKey>) {
  return createLocalJWKSet(jwks)(...asked).catch(() => undefined);
}

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
