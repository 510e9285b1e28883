import type { JWK } from 'jose';

/** What a key can sign with. The first is what a client gets that names none (OpenID Connect Registration §2). */
export const KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

/** One of them. */
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** A private key and its times. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: KeyAlgorithm;
  /** the private key */
  readonly jwk: JWK;
  /** when it begins to sign, unless a newer one of its algorithm does */
  readonly signsFrom: Date;
  /** when it leaves the key set; absent while it signs or will */
  readonly removeAfter: Date | undefined;
  readonly createdAt: Date;
}

/** `next`: published, will sign. `signing`: signs. `retired`: only verifies what it has signed. */
export type KeyState = 'next' | 'signing' | 'retired';

/** A `signsFrom` for keys that are only there to verify: any other key of the algorithm comes before it. */
export const ONLY_VERIFIES = new Date(0);

/** Gives the key that signs for an algorithm: the one that began last. */
export function signingKeyOf(alg: KeyAlgorithm, ring: readonly SigningKey[], now: Date): SigningKey | undefined {
  const begun = ring.filter((key) => key.alg === alg && key.signsFrom <= now);
  return begun.toSorted(byNewest)[0];
}

/** Says what a key of the ring does at an instant. */
export function stateOf(key: SigningKey, ring: readonly SigningKey[], now: Date): KeyState {
  if (key.signsFrom > now) return 'next';
  return signingKeyOf(key.alg, ring, now)?.kid === key.kid ? 'signing' : 'retired';
}

/** Says whether a retired key has been in the key set for long enough. */
export function isPastItsTime({ removeAfter }: SigningKey, now: Date): boolean {
  return removeAfter !== undefined && removeAfter <= now;
}

const RANK: Readonly<Record<KeyState, number>> = { signing: 0, next: 1, retired: 2 };

/**
 * Gives the keys that belong into the key set at an instant, in order: those that sign, with the default algorithm's first, then
 * those that will, then those that did. Of two keys of one algorithm the engine signs with the first, and so do clients
 * that look no further.
 */
export function keySetAt(ring: readonly SigningKey[], now: Date): readonly SigningKey[] {
  return ring
    .map((key) => ({ key, state: stateOf(key, ring, now) }))
    .filter(({ key, state }) => state !== 'retired' || !isPastItsTime(key, now))
    .toSorted(
      (a, b) => RANK[a.state] - RANK[b.state] || algorithmRank(a.key) - algorithmRank(b.key) || byNewest(a.key, b.key),
    )
    .map(({ key }) => key);
}

function algorithmRank({ alg }: SigningKey): number {
  return KEY_ALGORITHMS.indexOf(alg);
}

function byNewest(a: SigningKey, b: SigningKey): number {
  const times = b.signsFrom.getTime() - a.signsFrom.getTime() || b.createdAt.getTime() - a.createdAt.getTime();
  return times || a.kid.localeCompare(b.kid); // the same order in every replica
}
