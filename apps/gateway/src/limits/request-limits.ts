import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressBlock, problem } from '#http';

const MINUTE_S = 60;

/** How often one address may ask for what costs us something, on this replica. Remembered in memory only. */
export class RequestLimits {
  private readonly signIns;
  private readonly refusedTokens;

  /**
   * @param signInsPerMinute authorization requests that one address may begin
   * @param refusedTokensPerMinute refused logout or event tokens of one address, before further ones are answered 429
   */
  constructor(signInsPerMinute: number, refusedTokensPerMinute: number) {
    this.signIns = new RateLimiterMemory({ points: signInsPerMinute, duration: MINUTE_S });
    this.refusedTokens = new RateLimiterMemory({ points: refusedTokensPerMinute, duration: MINUTE_S });
  }

  /** Counts the beginning of a sign-in. @throws Problem 429 `too-many-requests` with `retryAfterS` */
  async countSignIn(address: string): Promise<void> {
    await consume(this.signIns, address);
  }

  /**
   * Counts a token that was refused. Only such tokens are answered 429: an address may be that of a proxy, which the IdP
   * shares with everybody, and whoever sends rubbish must not keep a logout out.
   *
   * @throws Problem 429 `too-many-requests` with `retryAfterS`
   */
  async countRefusedToken(address: string): Promise<void> {
    await consume(this.refusedTokens, address);
  }
}

async function consume(limiter: RateLimiterMemory, address: string): Promise<void> {
  try {
    await limiter.consume(addressBlock(address));
  } catch (error) {
    if (error instanceof RateLimiterRes) throw tooMany(error);
    throw error;
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes) {
  const retryAfterS = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const detail = 'If people share this address, TRUSTED_PROXIES or the limit in the configuration may need a look.';
  return problem(429, 'too-many-requests', 'Too many requests from this address', detail, { retryAfterS });
}
