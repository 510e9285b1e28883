import { ConfigError } from '#config';
import { TokenCipher, type TokenKey } from '#store';
import type { JWK } from 'jose';
import type { Prisma, SigningKey as Row } from '../generated/client.js';
import type { PrivateKey } from './make-key.js';
import { KEY_ALGORITHMS, type SigningKey } from './signing-key.js';

/** Stands in place of a key that was taken away. Its kid stays known, so that no configuration brings it back. */
const GONE = '';

/** Reads and writes signing keys in Postgres, where the private parts are encrypted. */
export class SealedKeys {
  private readonly cipher: TokenCipher;

  constructor(keys: readonly [TokenKey, ...TokenKey[]]) {
    this.cipher = new TokenCipher(keys);
  }

  /** Gives every key that is there. @throws ConfigError when one can't be decrypted */
  async all(tx: Prisma.TransactionClient): Promise<readonly SigningKey[]> {
    const rows = await tx.signingKey.findMany({ where: { sealed: { not: GONE } } });
    return rows.map((row) => this.open(row));
  }

  /** Gives the kids of all keys that are or ever were there. */
  async knownKids(tx: Prisma.TransactionClient): Promise<ReadonlySet<string>> {
    const rows = await tx.signingKey.findMany({ select: { kid: true } });
    return new Set(rows.map(({ kid }) => kid));
  }

  async add(
    tx: Prisma.TransactionClient,
    { kid, jwk }: PrivateKey,
    times: { readonly signsFrom: Date; readonly removeAfter?: Date; readonly createdAt: Date },
  ): Promise<void> {
    const sealed = this.cipher.encrypt(JSON.stringify(jwk), placeOf(kid));
    await tx.signingKey.create({ data: { kid, sealed, ...times } });
  }

  /** Says until when a key stays in the key set; `null` = as long as it signs. */
  async keepUntil(tx: Prisma.TransactionClient, kid: string, removeAfter: Date | null): Promise<void> {
    await tx.signingKey.update({ where: { kid }, data: { removeAfter } });
  }

  /** Erases a key. Only its kid stays. */
  async erase(tx: Prisma.TransactionClient, kid: string, at: Date): Promise<void> {
    await tx.signingKey.update({ where: { kid }, data: { sealed: GONE, removeAfter: at } });
  }

  private open({ kid, sealed, signsFrom, removeAfter, createdAt }: Row): SigningKey {
    const jwk = JSON.parse(this.decrypt(kid, sealed)) as JWK; // we wrote it, and nobody else could
    const alg = KEY_ALGORITHMS.find((one) => one === jwk.alg);
    if (alg === undefined) throw new Error(`the signing key "${kid}" is of an algorithm that is not used here`);
    return { kid, alg, jwk, signsFrom, removeAfter: removeAfter ?? undefined, createdAt };
  }

  private decrypt(kid: string, sealed: string): string {
    try {
      return this.cipher.decrypt(sealed, placeOf(kid));
    } catch {
      throw new ConfigError([{ key: 'IDP_SECRET_KEYS', message: `don't decrypt the signing key "${kid}"` }]);
    }
  }
}

function placeOf(kid: string): string {
  return `SigningKey:${kid}`;
}
