import { Logger } from '@nestjs/common';
import { type AppSession, type AppSessions, type Clock, reasonOf, type SessionClaim } from '#session';
import { type AccessDecision, answerSource, decideAccess, type Staleness } from './access-decision.js';
import type { EndingsFeed } from './endings-feed.js';
import type { RememberedSession, SessionMemory } from './session-memory.js';
import { SessionRefused } from './session-refusals.js';
import { SharedQuestions } from './shared-questions.js';
import { withinMs } from './within-ms.js';

/** The parts that an answer comes from. */
export interface AccessSources {
  readonly sessions: Pick<AppSessions, 'open'>;
  readonly memory: SessionMemory;
  readonly feed: Pick<EndingsFeed, 'trueAsOf'>;
  readonly sync: { readonly caughtUp: boolean };
  readonly clock: Clock;
}

const DATABASE_MS = 5_000;
const AWAY_MS = 1_000;
const MOST_READS = 3;

/** Says whether a session is usable now: from memory while that is known to be true, else from the database. */
export class SessionAccess {
  private readonly logger = new Logger(SessionAccess.name);
  private readonly reads = new SharedQuestions<RememberedSession | undefined>();
  /** when the database last failed; undefined since it answered */
  private failedAtMs: number | undefined;

  constructor(private readonly sources: AccessSources) {}

  /**
   * Gives the session of a claim, at once when memory may answer. A session of a replica's first request is opened.
   *
   * @throws SessionRefused when it is not usable or that is not known
   */
  admit(claim: SessionClaim, staleness: Staleness): AppSession | Promise<AppSession> {
    const nowMs = this.nowMs();
    const known = this.sources.memory.find(claim.iss, claim.sid);
    const isAway = known !== undefined && this.failedAtMs !== undefined && Math.abs(nowMs - this.failedAtMs) < AWAY_MS;
    const decision = this.decide(claim, known, staleness, nowMs, isAway);
    if (decision === 'ask') return this.ask(claim, staleness);
    return this.usable(decision, claim, known);
  }

  private async ask(claim: SessionClaim, staleness: Staleness): Promise<AppSession> {
    const { memory, feed } = this.sources;
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      const [epoch, isWatched] = [memory.epoch, feed.trueAsOf !== undefined];
      const read = await this.readFor(claim, staleness, epoch);
      if (read === undefined) {
        const known = memory.find(claim.iss, claim.sid);
        return this.usable(this.decide(claim, known, staleness, this.nowMs(), true), claim, known);
      }
      if (epoch !== memory.epoch) continue; // an ending may have been heard and forgotten while the answer was under way
      if (isWatched) memory.keep(read.session, read.readAtMs);
      return this.usable(this.judge(read), claim, read);
    }
    throw new SessionRefused('endings-unknown');
  }

  private decide(
    claim: SessionClaim,
    known: RememberedSession | undefined,
    staleness: Staleness,
    nowMs: number,
    databaseAway: boolean,
  ): AccessDecision {
    const { memory, feed, sync } = this.sources;
    const source = answerSource(feed.trueAsOf?.getTime(), nowMs, staleness);
    const marked = memory.markOn(known?.session ?? claim) !== undefined;
    return decideAccess({ caughtUp: sync.caughtUp, marked, remembered: known, source, nowMs, databaseAway });
  }

  /** Decides with what the database has just said. */
  private judge({ session, revoked, expiresAtMs }: RememberedSession): AccessDecision {
    const { memory, sync } = this.sources;
    if (!sync.caughtUp) return 'catching-up';
    if (revoked || memory.markOn(session) !== undefined) return 'ended';
    return expiresAtMs <= this.nowMs() ? 'expired' : 'use';
  }

  /** @throws SessionRefused unless the decision is to use what is known */
  private usable(decision: AccessDecision, claim: SessionClaim, known: RememberedSession | undefined): AppSession {
    if (decision === 'use' && known !== undefined) {
      if (known.session.sub === claim.sub) return known.session;
      throw new SessionRefused('not-signed-in'); // a session is one person's
    }
    if (decision === 'expired') throw new SessionRefused('session-ended', { reason: 'expired' });
    if (decision === 'ended') {
      const cause = this.sources.memory.markOn(known?.session ?? claim)?.cause ?? known?.session.revoked?.cause;
      throw new SessionRefused('session-ended', { reason: cause ?? 'unknown' });
    }
    throw new SessionRefused(decision === 'use' || decision === 'ask' ? 'sessions-unknown' : decision);
  }

  /**
   * Where memory may answer, requests that come at the same time share one read: its answer is as good as one that is
   * remembered, while nothing was forgotten since it began. Where it may not, each request is answered by a read of its own.
   */
  private readFor(claim: SessionClaim, staleness: Staleness, epoch: number): Promise<RememberedSession | undefined> {
    if (answerSource(this.sources.feed.trueAsOf?.getTime(), this.nowMs(), staleness) !== 'memory')
      return this.read(claim);
    const { iss, sid, sub, openedAt, expiresAt } = claim;
    const key = [epoch, iss, sid, sub, openedAt.getTime(), expiresAt.getTime()].join(' ');
    return this.reads.answer(key, () => this.read(claim));
  }

  /** Gives undefined when the database does not answer. */
  private async read(claim: SessionClaim): Promise<RememberedSession | undefined> {
    const { iss, sid, sub, openedAt, expiresAt } = claim;
    const readAt = this.sources.clock.now();
    try {
      const asked = this.sources.sessions.open({ iss, sid, sub, openedAt, expiresAt }, readAt);
      const session = await withinMs(asked, DATABASE_MS);
      this.isBack();
      const revoked = session.revoked !== undefined;
      return { session, revoked, expiresAtMs: session.expiresAt.getTime(), readAtMs: readAt.getTime() };
    } catch (error) {
      if (this.failedAtMs === undefined) this.logger.error(`sessions.unavailable reason=${reasonOf(error)}`);
      this.failedAtMs = this.nowMs();
      return undefined;
    }
  }

  private isBack(): void {
    if (this.failedAtMs === undefined) return;
    this.failedAtMs = undefined;
    this.logger.log('sessions.available');
  }

  private nowMs(): number {
    return this.sources.clock.now().getTime();
  }
}
