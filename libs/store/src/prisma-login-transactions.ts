import { type Clock, type LoginTransaction, LoginTransactions } from '#session';
import type { HubDatabase } from './hub-database.js';
import type { LoginTransactionModel } from './generated/hub/models.js';
import { hashOf } from './hash.js';
import { toSid, toSub } from './rows.js';
import type { TokenCipher } from './token-cipher.js';

const LIFE_MS = 10 * 60_000;
const MOST_A_BROWSER = 10;

/** {@link LoginTransactions} in the hub's Postgres. Neither `state` nor the browser's key is stored, only their hashes. */
export class PrismaLoginTransactions extends LoginTransactions {
  constructor(
    private readonly database: HubDatabase,
    private readonly cipher: TokenCipher,
    private readonly clock: Clock,
  ) {
    super();
  }

  async put(state: string, browser: string, transaction: LoginTransaction): Promise<void> {
    const id = hashOf(state);
    const { hint, rid, embedder, maxAgeS, acrValues, prompt, nonce, codeVerifier, ...plain } = transaction;
    await this.database.loginTransaction.create({
      data: {
        ...plain,
        id,
        browser: hashOf(browser),
        nonce: this.cipher.encrypt(nonce, `${id} nonce`),
        codeVerifier: this.cipher.encrypt(codeVerifier, `${id} codeVerifier`),
        rid: rid ?? null,
        embedder: embedder ?? null,
        maxAgeS: maxAgeS ?? null,
        acrValues: acrValues?.join(' ') ?? null,
        prompt: prompt ?? null,
        hintSub: hint?.sub ?? null,
        hintSessionId: hint?.sid ?? null,
        expiresAt: new Date(plain.createdAt.getTime() + LIFE_MS),
      },
    });
    await this.dropSurplus(hashOf(browser));
  }

  async take(state: string, browser: string): Promise<LoginTransaction | 'unknown' | 'expired'> {
    const where = { id: hashOf(state), browser: hashOf(browser) };
    const row = await this.database.loginTransaction.findUnique({ where });
    if (row === null) return 'unknown';
    const { count } = await this.database.loginTransaction.deleteMany({ where });
    if (count === 0) return 'unknown'; // another request has just taken it
    return row.expiresAt <= this.clock.now() ? 'expired' : this.toTransaction(row);
  }

  private async dropSurplus(browser: string): Promise<void> {
    const surplus = await this.database.loginTransaction.findMany({
      where: { browser },
      orderBy: { createdAt: 'desc' },
      skip: MOST_A_BROWSER,
      select: { id: true },
    });
    if (surplus.length > 0)
      await this.database.loginTransaction.deleteMany({ where: { id: { in: surplus.map(({ id }) => id) } } });
  }

  private toTransaction(row: LoginTransactionModel): LoginTransaction {
    const { id, iss, clientId, frontEnd, redirectUri, returnUrl, correlationId, createdAt } = row;
    const { hintSessionId, hintSub } = row;
    return {
      ...{ iss, clientId, frontEnd, redirectUri, returnUrl, correlationId, createdAt },
      flow: toFlow(row.flow),
      nonce: this.cipher.decrypt(row.nonce, `${id} nonce`),
      codeVerifier: this.cipher.decrypt(row.codeVerifier, `${id} codeVerifier`),
      rid: row.rid ?? undefined,
      embedder: row.embedder ?? undefined,
      maxAgeS: row.maxAgeS ?? undefined,
      acrValues: row.acrValues?.split(' '),
      prompt: row.prompt ?? undefined,
      hint: hintSessionId !== null && hintSub !== null ? { sid: toSid(hintSessionId), sub: toSub(hintSub) } : undefined,
    };
  }
}

function toFlow(text: string): LoginTransaction['flow'] {
  if (text === 'interactive' || text === 'silent-iframe' || text === 'silent-top') return text;
  throw new Error('the database holds a login transaction of an unknown flow');
}
