import { SessionTokens, type SessionTokenSet, type Sid, type TokenSet } from '#session';
import type { HubDatabase } from './hub-database.js';
import { toRefreshState } from './rows.js';
import { openTokens, sealTokens } from './sealed-tokens.js';
import type { TokenCipher } from './token-cipher.js';

/** {@link SessionTokens} in the hub's Postgres: one row a session, changed only by who has read its latest generation. */
export class PrismaSessionTokens extends SessionTokens {
  constructor(
    private readonly database: HubDatabase,
    private readonly cipher: TokenCipher,
  ) {
    super();
  }

  async read(sid: Sid): Promise<SessionTokenSet | undefined> {
    const row = await this.database.ssoSession.findFirst({ where: { id: sid, endedAt: null } });
    if (row === null) return undefined;
    const refresh = toRefreshState(row.refreshState, row.refreshSince);
    const { tokenGeneration: generation, tokensSince } = row;
    return { tokens: openTokens(this.cipher, row), since: tokensSince ?? undefined, generation, refresh };
  }

  async begin(
    sid: Sid,
    generation: number,
    now: Date,
    { leaseMs, again, probe }: Parameters<SessionTokens['begin']>[3],
  ): Promise<boolean> {
    const leaseIsOver = { lte: new Date(now.getTime() - leaseMs) };
    const unanswered = { refreshState: { in: ['under_way', 'ambiguous'] }, refreshSince: leaseIsOver };
    const free = [
      { refreshState: null },
      ...(again ? [unanswered] : []),
      ...(probe === undefined ? [] : [{ refreshState: 'refused' }]),
    ];
    const { count } = await this.database.ssoSession.updateMany({
      where: { id: sid, tokenGeneration: generation, endedAt: null, OR: free, ...probe },
      // a probe that asks about these tokens at this moment is void: the IdP may replace them before it answers
      data: { refreshState: 'under_way', refreshSince: now, ...(probe === undefined ? { leaseId: null } : {}) },
    });
    return count === 1;
  }

  async store(sid: Sid, generation: number, tokens: TokenSet, now: Date, ceiling?: Date): Promise<boolean> {
    const { ssoSession } = this.database;
    const same = { id: sid, tokenGeneration: generation, endedAt: null };
    const wake = ssoSession.updateMany({
      where: { ...same, leaseId: null, weakEndedAt: { not: null } },
      data: { probeDueAt: now, leaseEndsAt: null },
    });
    const keep = ssoSession.updateMany({
      where: same,
      data: {
        ...sealTokens(this.cipher, sid, tokens),
        tokensSince: now,
        tokenGeneration: { increment: 1 },
        refreshState: null,
        refreshSince: null,
        weakEndedAt: null, // it was said of tokens that have been replaced
      },
    });
    const shorten =
      ceiling === undefined
        ? []
        : [ssoSession.updateMany({ where: { ...same, expiresAt: { gt: ceiling } }, data: { expiresAt: ceiling } })];
    // the last one counts up: those before it must still find the generation that they are about
    const written = await this.database.$transaction([wake, ...shorten, keep]);
    return written.at(-1)?.count === 1;
  }

  async settle(
    sid: Sid,
    generation: number,
    kind: 'idle' | 'ambiguous' | 'refused',
    now: Date,
    options: { readonly probeNow: boolean } = { probeNow: false },
  ): Promise<void> {
    const state =
      kind === 'idle' ? { refreshState: null, refreshSince: null } : { refreshState: kind, refreshSince: now };
    await this.database.ssoSession.updateMany({
      where: { id: sid, tokenGeneration: generation, endedAt: null },
      data: { ...state, ...(options.probeNow ? { probeDueAt: now, leaseEndsAt: null } : {}) },
    });
  }
}
