import { Injectable, Logger } from '@nestjs/common';
import { ConfigError } from '#config';
import { Clock } from '#session';
import type { JWKS } from 'oidc-provider';
import { Audit, type By } from '../audit/audit.service.js';
import type { IdpConfig } from '../config.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { judgeKey, makeKey, type PrivateKey } from './make-key.js';
import { SealedKeys } from './sealed-keys.js';
import {
  isPastItsTime,
  type KeyAlgorithm,
  keySetAt,
  type KeyState,
  ONLY_VERIFIES,
  type SigningKey,
  signingKeyOf,
  stateOf,
} from './signing-key.js';

/** The life of an ID token, differing clocks, and caches: what a key is kept for beyond the longest session. */
const SLACK_S = 86_400;

/** What of the configuration the keys need. */
export type KeyRingConfig = Pick<
  IdpConfig,
  'IDP_JWKS' | 'IDP_SECRET_KEYS' | 'KEY_PUBLISHED_AHEAD_S' | 'SESSION_ABSOLUTE_S'
>;

/** A key and what it does now. */
export type ListedKey = SigningKey & { readonly state: KeyState };

/** What came of a rotation. */
export type Rotation =
  | { readonly kind: 'rotated'; readonly kid: string; readonly replaces: string | undefined }
  /** a key is published already and will sign */
  | { readonly kind: 'under_way'; readonly kid: string };

/** What came of taking a key away. `needed`: ID tokens that it signed may still be shown as a hint. */
export type Removal = 'removed' | 'unknown' | 'signs' | 'needed';

/**
 * The keys that sign, in Postgres. Each algorithm has a signing key of its own, so that a rotation never changes what a
 * client's tokens are signed with; RS256 is always there.
 */
@Injectable()
export class KeyRing {
  private readonly logger = new Logger('keys');
  private readonly sealed: SealedKeys;

  constructor(
    private readonly config: KeyRingConfig,
    private readonly prisma: PrismaClient,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {
    this.sealed = new SealedKeys(config.IDP_SECRET_KEYS);
  }

  /**
   * Takes over the configured keys that the database has never seen, and makes an RS256 key when there is none. Replicas
   * that start at once end with one and the same ring.
   *
   * @throws ConfigError when a configured key can't sign, or a stored one can't be decrypted
   */
  async begin(): Promise<void> {
    const configured = await this.judgeConfigured();
    const spare = (await this.hasDefault(configured)) ? undefined : await makeKey('RS256'); // slow, so before the lock
    await this.locked(async (tx) => {
      const known = await this.sealed.knownKids(tx);
      for (const key of configured) if (!known.has(key.kid)) await this.takeOver(tx, key);
      const now = this.clock.now();
      if (signingKeyOf('RS256', await this.sealed.all(tx), now) !== undefined) return;
      await this.add(tx, spare ?? (await makeKey('RS256')), { signsFrom: now }, 'made');
    });
  }

  /** Gives the private key set of this moment, in the order of `keySetAt`. */
  async load(): Promise<JWKS> {
    return { keys: keySetAt(await this.sealed.all(this.prisma), this.clock.now()).map(({ jwk }) => jwk) };
  }

  /** Gives a text that is another when the key set of this moment is another. */
  async fingerprint(): Promise<string> {
    return keySetAt(await this.sealed.all(this.prisma), this.clock.now())
      .map(({ kid }) => kid)
      .join(' ');
  }

  /** Gives every key that has not been taken away, those that sign last first. */
  async list(): Promise<readonly ListedKey[]> {
    const ring = await this.sealed.all(this.prisma);
    const now = this.clock.now();
    return ring
      .map((key) => ({ ...key, state: stateOf(key, ring, now) }))
      .toSorted((a, b) => b.signsFrom.getTime() - a.signsFrom.getTime());
  }

  /**
   * Adds a key of an algorithm. It is published at once and signs `KEY_PUBLISHED_AHEAD_S` later, or at once when it is the
   * first of its algorithm. The one before stays in the key set for as long as an ID token of the longest session.
   *
   * @param options.now signs at once, and drops a key that was to follow: for a key that has leaked
   */
  async rotate(alg: KeyAlgorithm, options: { readonly now: boolean }, by: By): Promise<Rotation> {
    const made = await makeKey(alg);
    return this.locked(async (tx): Promise<Rotation> => {
      const ring = await this.sealed.all(tx);
      const instant = this.clock.now();
      const following = ring.filter((key) => key.alg === alg && stateOf(key, ring, instant) === 'next');
      if (following[0] !== undefined && !options.now) return { kind: 'under_way', kid: following[0].kid };
      for (const { kid } of following) await this.sealed.erase(tx, kid, instant);
      const before = signingKeyOf(alg, ring, instant);
      const ahead = options.now || before === undefined ? 0 : this.config.KEY_PUBLISHED_AHEAD_S;
      const signsFrom = inOrder(before?.signsFrom, later(instant, ahead));
      await this.add(tx, made, { signsFrom }, 'rotated');
      if (before !== undefined) await this.sealed.keepUntil(tx, before.kid, this.keptUntil(signsFrom));
      const detail = { kid: made.kid, alg, replaces: before?.kid ?? null, signsFrom: signsFrom.toISOString() };
      await this.audit.record({ action: 'key.rotated', ...by, detail }, tx);
      return { kind: 'rotated', kid: made.kid, replaces: before?.kid };
    });
  }

  /**
   * Takes a key away for good. One that signs stays.
   *
   * @param options.compromised also before its time, and one that was to follow: nothing that it signed counts from then on
   */
  async remove(kid: string, options: { readonly compromised: boolean }, by: By): Promise<Removal> {
    return this.locked(async (tx): Promise<Removal> => {
      const ring = await this.sealed.all(tx);
      const now = this.clock.now();
      const key = ring.find((one) => one.kid === kid);
      if (key === undefined) return 'unknown';
      const state = stateOf(key, ring, now);
      if (state === 'signing') return 'signs';
      const { compromised } = options;
      if (!compromised && (state === 'next' || !isPastItsTime(key, now))) return 'needed';
      await this.sealed.erase(tx, kid, now);
      const stays = state === 'next' ? signingKeyOf(key.alg, ring, now) : undefined;
      if (stays !== undefined) await this.sealed.keepUntil(tx, stays.kid, null); // it goes on signing
      await this.audit.record({ action: 'key.removed', ...by, detail: { kid, state, compromised } }, tx);
      this.logger.log(`key.removed kid=${kid} state=${state} compromised=${compromised}`);
      return 'removed';
    });
  }

  private async hasDefault(configured: readonly PrivateKey[]): Promise<boolean> {
    const isDefault = ({ alg }: { readonly alg: KeyAlgorithm }) => alg === 'RS256';
    return configured.some(isDefault) || (await this.sealed.all(this.prisma)).some(isDefault);
  }

  private async judgeConfigured(): Promise<readonly PrivateKey[]> {
    const judged = await Promise.all((this.config.IDP_JWKS?.keys ?? []).map(judgeKey));
    const faults = judged.flatMap((one, index) =>
      'fault' in one ? [{ key: 'IDP_JWKS', message: `keys.${index} ${one.fault}` }] : [],
    );
    if (faults.length > 0) throw new ConfigError(faults);
    return judged.flatMap((one) => ('fault' in one ? [] : [one]));
  }

  /** The first key of an algorithm signs; what comes later can only verify, for rotation is the operator's. */
  private async takeOver(tx: Prisma.TransactionClient, key: PrivateKey): Promise<void> {
    const now = this.clock.now();
    const signs = signingKeyOf(key.alg, await this.sealed.all(tx), now);
    const times =
      signs === undefined ? { signsFrom: now } : { signsFrom: ONLY_VERIFIES, removeAfter: this.keptUntil(now) };
    await this.add(tx, key, times, 'configured');
  }

  private async add(
    tx: Prisma.TransactionClient,
    key: PrivateKey,
    times: { readonly signsFrom: Date; readonly removeAfter?: Date },
    how: 'made' | 'configured' | 'rotated',
  ): Promise<void> {
    await this.sealed.add(tx, key, { ...times, createdAt: this.clock.now() });
    this.logger.log(`key.added kid=${key.kid} alg=${key.alg} how=${how} signs_from=${times.signsFrom.toISOString()}`);
  }

  private keptUntil(lastSignature: Date): Date {
    return later(lastSignature, this.config.SESSION_ABSOLUTE_S + SLACK_S);
  }

  /** Only one replica at a time changes the ring. The lock goes with the transaction, also when the process dies. */
  private async locked<T>(change: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('SigningKey'))`;
        return change(tx);
      },
      { maxWait: 10_000, timeout: 20_000 },
    );
  }
}

/** The clock of another replica may be ahead of ours, and the newer key must still be the later one. */
function inOrder(before: Date | undefined, wanted: Date): Date {
  return before === undefined || wanted > before ? wanted : new Date(before.getTime() + 1);
}

function later(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}
