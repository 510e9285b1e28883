import { randomBytes, timingSafeEqual } from 'node:crypto';
import type Provider from 'oidc-provider';
import { sha256 } from '../hashes.js';

const HASHED = /^sha256:([A-Za-z0-9_-]{43})$/;

/** Makes a secret that nobody can guess, so that a plain hash of it is enough. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Gives what is kept of a secret: `sha256:<base64url>`. */
export function hashedSecret(secret: string): string {
  return `sha256:${sha256(secret).toString('base64url')}`;
}

/**
 * Says whether `secret` is the one that is kept, as a hash or, by the configuration, in clear. Takes as long for every wrong
 * one. The hash itself, sent as the secret, opens nothing.
 */
export function isSecret(secret: string, kept: string): boolean {
  const hash = HASHED.exec(kept)?.[1];
  const expected = hash === undefined ? sha256(kept) : Buffer.from(hash, 'base64url');
  return kept !== '' && timingSafeEqual(sha256(secret), expected);
}

/** Lets an engine know secrets of which it has the hash alone. */
export function acceptHashedSecrets({ Client }: Pick<Provider, 'Client'>): void {
  Client.prototype.compareClientSecret = function compare(actual) {
    return isSecret(actual, this.clientSecret ?? '');
  };
}
