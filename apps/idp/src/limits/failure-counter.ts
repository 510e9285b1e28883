import type { Clock } from '#session';
import { RateLimiterPrisma } from 'rate-limiter-flexible';
import type { PrismaClient } from '../generated/client.js';
import { keyedHash } from '../hashes.js';

/** One kind of failure, and how long one is remembered. */
export interface CounterKind {
  /** stands in the database, before the key */
  readonly name: string;
  readonly windowS: number;
}

/** One failure that was counted before it was known to be one. */
export interface Counted {
  /** how many there are in this window, this one among them */
  readonly count: number;
  /** seconds until the window ends and none counts any more */
  readonly endsInS: number;
  /** Takes it back: it was none. Never touches a later window. */
  readonly takeBack: () => Promise<void>;
}

/**
 * Counts failures per key in windows that begin with the first one. In Postgres, so that all replicas count together, and
 * atomic, so that tries at the same instant are all counted. A database that is away makes every method throw.
 *
 * Keys are kept as keyed hashes: a copy of the table tells neither names nor addresses.
 */
export class FailureCounter {
  private readonly limiter: RateLimiterPrisma;

  constructor(
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
    private readonly secret: string,
    private readonly kind: CounterKind,
  ) {
    this.limiter = new RateLimiterPrisma({
      storeClient: prisma,
      tableName: 'rateLimiterFlexible',
      keyPrefix: kind.name,
      points: 1, // the limit is the caller's to judge
      duration: kind.windowS,
      clearExpiredByTimeout: false,
    });
  }

  /** Counts one more. */
  async count(key: string): Promise<Counted> {
    const hashed = this.hashed(key);
    const { consumedPoints, msBeforeNext } = await this.limiter.penalty(hashed);
    const latestEnd = new Date(this.clock.now().getTime() + this.kind.windowS * 1000);
    return {
      count: consumedPoints,
      endsInS: Math.ceil(msBeforeNext / 1000),
      takeBack: async () => {
        // The library would make a new row of -1 here, and whoever times that well could try as often as they like.
        await this.prisma.rateLimiterFlexible.updateMany({
          where: { key: `${this.kind.name}:${hashed}`, expire: { lte: latestEnd }, points: { gt: 0 } },
          data: { points: { decrement: 1 } },
        });
      },
    };
  }

  /** Says how many there are in the present window. */
  async read(key: string): Promise<number> {
    return (await this.limiter.get(this.hashed(key)))?.consumedPoints ?? 0;
  }

  private hashed(key: string): string {
    return keyedHash(this.secret, `${this.kind.name} ${key}`).toString('base64url');
  }
}
