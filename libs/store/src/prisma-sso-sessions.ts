import { Logger } from '@nestjs/common';
import {
  type Cause,
  type Clock,
  MARK_LIFE_MS,
  type Ending,
  type EndResult,
  type NewBrowserSession,
  type NewSsoSession,
  type OnceToken,
  type OpenedSession,
  reasonOf,
  shouldSpread,
  type Sid,
  type SsoSession,
  SsoSessions,
  type TakenToken,
  type TokenSet,
} from '#session';
import type { Prisma } from './generated/hub/client.js';
import type { HubDatabase } from './hub-database.js';
import { hashOf } from './hash.js';
import { keysOfEnding, keysOfSignIn, type IdpKey } from './idp-keys.js';
import { endingOfReplaced, replaceBrowserSession } from './replace-browser-session.js';
import { endingOfExpired, type EventOrigin, toOutboxRow } from './outbox-rows.js';
import { toSid, toSsoSession, toSub } from './rows.js';
import { createSession, renewSession } from './write-sign-in.js';
import { doubtOthers } from './sql/doubt-others.js';
import { withhold } from './withhold.js';
import { lock } from './sql/lock.js';
import { ofIdpSession, type OfIdpSessionRow } from './sql/of-idp-session.js';
import { sessionsToEnd, type SessionToEnd } from './sql/sessions-to-end.js';
import { setMark } from './sql/set-mark.js';
import { wakeUp } from './sql/wake-up.js';
import { openTokens } from './sealed-tokens.js';
import { takeRefreshToken } from './take-refresh-token.js';
import type { TokenCipher } from './token-cipher.js';

const MOST_OF_ONE = 100;
/** an IdP that ends several sessions at once has had the time to do so */
const DOUBT_AFTER_MS = 2_000;

/**
 * What becomes of the refresh and access tokens of what ends: `kept` until somebody takes them to be revoked, or `forgotten` at
 * once, by a process that revokes nothing (ADR 33).
 */
export type TokensOfEnded = 'kept' | 'forgotten';

const NO_TOKENS = { refreshToken: null, accessToken: null };

/** {@link SsoSessions} in the hub's Postgres. */
export class PrismaSsoSessions extends SsoSessions {
  private readonly logger = new Logger(PrismaSsoSessions.name);

  constructor(
    private readonly database: HubDatabase,
    private readonly cipher: TokenCipher,
    private readonly clock: Clock,
    private readonly origin: EventOrigin,
    private readonly tokensOfEnded: TokensOfEnded = 'kept',
  ) {
    super();
  }

  async open(signIn: NewSsoSession, browser: NewBrowserSession): Promise<OpenedSession> {
    const now = this.clock.now();
    const keys = keysOfSignIn(signIn);
    return this.database.$transaction(async (tx) => {
      await lockAll(tx, keys);
      if (await this.isMarked(tx, signIn, keys)) return { kind: 'ended_meanwhile' };
      const { iss, clientId } = signIn;
      const isCalibrated = (await tx.issuerHealth.count({ where: { iss, clientId, calibratedAt: { not: null } } })) > 0;
      const due = isCalibrated ? signIn : { ...signIn, firstProbeAt: now }; // an issuer that was never asked for this client is asked at once
      const over = await this.endExpired(tx, due, browser, now);
      const sid = (await this.join(tx, due, browser, now)) ?? (await createSession(tx, this.cipher, due, now));
      await tx.browserSession.create({
        data: {
          id: hashOf(browser.token),
          frontEnd: browser.frontEnd,
          ssoSessionId: sid,
          createdAt: now,
          lastSeenAt: now,
          expiresAt: browser.expiresAt,
        },
      });
      return { kind: 'opened', sid, ended: [...over, ...(await this.endReplaced(tx, browser, sid, now))] };
    });
  }

  async find(sid: Sid): Promise<SsoSession | undefined> {
    const row = await this.database.ssoSession.findUnique({ where: { id: sid } });
    return row === null ? undefined : toSsoSession(row);
  }

  async tokensOf(sid: Sid): Promise<TokenSet | undefined> {
    const row = await this.database.ssoSession.findFirst({ where: { id: sid, endedAt: null } });
    return row === null ? undefined : openTokens(this.cipher, row);
  }

  async end(ending: Ending, once?: OnceToken): Promise<EndResult> {
    const now = this.clock.now();
    const keys = keysOfEnding(ending.of);
    const result = await this.database.$transaction(async (tx): Promise<EndResult> => {
      if (once !== undefined) {
        const { count } = await tx.seenToken.createMany({ data: [once], skipDuplicates: true });
        if (count === 0) return { ended: [] }; // another replica has just answered the same token
      }
      await lockAll(tx, keys);
      for (const { iss, scope, key } of keys) {
        const expiresAt = new Date(now.getTime() + MARK_LIFE_MS);
        await tx.$executeRaw(setMark({ iss, scope, key, endedBefore: ending.effectiveAt, expiresAt }));
      }
      const withheld = await withhold(tx, ending, now);
      return withheld === undefined ? this.endAll(tx, ending, now) : { ended: [], withheld };
    });
    if (shouldSpread(ending.cause)) await this.doubtOthers(result, now);
    return result;
  }

  async wake(sid: Sid, now: Date): Promise<void> {
    await this.database.$executeRaw(wakeUp(sid, now));
  }

  async ofIdpSession(of: { readonly iss: string; readonly clientId: string; readonly idpSid: string }) {
    const rows = await this.database.$queryRaw<OfIdpSessionRow[]>(ofIdpSession(of, MOST_OF_ONE));
    return rows.map(({ id, sub }) => ({ sid: toSid(id), sub: toSub(sub) }));
  }

  async takeRefreshToken(sid: Sid): Promise<TakenToken | undefined> {
    return takeRefreshToken(this.database, this.cipher, sid);
  }

  /** After the ending, which stands whatever becomes of this: a person whose session has ended may have others that have too. */
  private async doubtOthers({ ended }: EndResult, now: Date): Promise<void> {
    if (ended.length === 0) return;
    const sids = ended.map(({ sid }) => sid);
    const soon = new Date(now.getTime() + DOUBT_AFTER_MS);
    await this.database.$executeRaw(doubtOthers(sids, soon, now)).catch((error: unknown) => {
      this.logger.warn(`session.others.not_asked reason=${reasonOf(error)}`);
    });
  }

  private async endAll(tx: Prisma.TransactionClient, ending: Ending, now: Date): Promise<EndResult> {
    const sessions = await tx.$queryRaw<SessionToEnd[]>(sessionsToEnd(ending.of, ending.effectiveAt));
    if (sessions.length === 0) return { ended: [] };
    const ids = sessions.map(({ id }) => id);
    const left = this.tokensOfEnded === 'forgotten' ? NO_TOKENS : {};
    await tx.ssoSession.updateMany({
      where: { id: { in: ids } },
      data: { endedAt: now, endCause: ending.cause, ...left },
    });
    await tx.browserSession.updateMany({
      where: { ssoSessionId: { in: ids }, OR: [{ endedAt: null }, { endedAt: { gt: now } }] },
      data: { endedAt: now },
    });
    const told = sessions.map((session) => ({ iss: session.iss, row: toOutboxRow(this.origin, ending, session, now) }));
    await tx.outboxEvent.createMany({ data: told.map(({ row }) => row) });
    return { ended: told.map(({ iss, row }) => ({ sid: toSid(row.sid), iss, eventId: row.id })) };
  }

  private async isMarked(
    tx: Prisma.TransactionClient,
    signIn: NewSsoSession,
    keys: readonly IdpKey[],
  ): Promise<boolean> {
    const marks = await tx.revocationMark.findMany({
      where: { OR: keys.map(({ iss, scope, key }) => ({ iss, scope, key })) },
    });
    return marks.some(({ endedBefore }) => signIn.idTokenIssuedAt <= endedBefore);
  }

  /** Ends what {@link join} would find past its absolute end: it is not revived, and services have refused it since by the same clock. */
  private async endExpired(
    tx: Prisma.TransactionClient,
    signIn: NewSsoSession,
    browser: NewBrowserSession,
    now: Date,
  ): Promise<readonly Cause[]> {
    const same = ofSameIdpSession(signIn, browser, now);
    const over = await tx.ssoSession.findMany({ where: { ...same, expiresAt: { lte: now } }, select: { id: true } });
    const causes: Cause[] = [];
    for (const { id } of over)
      causes.push(...(await this.endOne(tx, endingOfExpired({ kind: 'sid', sid: toSid(id) }, now), now)));
    return causes;
  }

  /** Ends the session that this browser was the last on, and is not any more. */
  private async endReplaced(
    tx: Prisma.TransactionClient,
    { replaces }: NewBrowserSession,
    sid: Sid,
    now: Date,
  ): Promise<readonly Cause[]> {
    const left = replaces === undefined ? undefined : await replaceBrowserSession(tx, hashOf(replaces), sid, now);
    return left === undefined ? [] : this.endOne(tx, endingOfReplaced(left, sid, now), now);
  }

  private async endOne(tx: Prisma.TransactionClient, ending: Ending, now: Date): Promise<readonly Cause[]> {
    const { ended } = await this.endAll(tx, ending, now);
    return ended.map(() => ending.cause);
  }

  /**
   * Gives the newer tokens to the live record of the same IdP session, if there is one: of the same `idpSid`, or, where the
   * IdP tells none, the one that this browser had. Its absolute end stays, unless the IdP's own is earlier.
   */
  private async join(
    tx: Prisma.TransactionClient,
    signIn: NewSsoSession,
    browser: NewBrowserSession,
    now: Date,
  ): Promise<Sid | undefined> {
    const live = await tx.ssoSession.findFirst({ where: ofSameIdpSession(signIn, browser, now) });
    if (live === null) return undefined;
    const isRenewed = await renewSession(tx, this.cipher, live, signIn, now);
    return isRenewed ? toSid(live.id) : undefined; // it has just ended: this sign-in becomes a session of its own
  }
}

/** Records of the IdP session that a sign-in is of: those of the same `idpSid`, or, without one, that of this browser. */
function ofSameIdpSession({ iss, clientId, idpSid, sub }: NewSsoSession, browser: NewBrowserSession, now: Date) {
  const person = { iss, clientId, sub, endedAt: null };
  const counts = { OR: [{ endedAt: null }, { endedAt: { gt: now } }] };
  const browserSessions = { some: { id: hashOf(browser.replaces ?? ''), ...counts } };
  return idpSid === undefined ? { ...person, idpSid: null, browserSessions } : { ...person, idpSid };
}

async function lockAll(tx: Prisma.TransactionClient, keys: readonly IdpKey[]): Promise<void> {
  const names = keys.map(({ iss, scope, key }) => `${scope}|${iss}|${key}`).sort();
  for (const name of names) await tx.$queryRaw(lock(name));
}
