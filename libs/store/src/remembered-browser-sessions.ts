import {
  type BrowserSession,
  BrowserSessions,
  type Clock,
  RecentlyUsed,
  type SessionChange,
  type SessionSignal,
} from '#session';
import { hashOf } from './hash.js';

/** Nothing is believed for longer, whatever was heard or not. */
const BELIEVED_FOR_MS = 5_000;

interface Remembered {
  readonly session: BrowserSession;
  /** when it was asked for, not when the answer came */
  readonly askedAt: number;
}

/**
 * {@link BrowserSessions} that answers from memory while it hears of changes. What is remembered is dropped when it changes,
 * is asked for again after five seconds or when it has expired, and is not believed while the signal is lost. Tokens that
 * nobody knows are not remembered.
 */
export class RememberedBrowserSessions extends BrowserSessions {
  /** by the token's hash, which is the session's id */
  private readonly remembered: RecentlyUsed<Remembered>;
  private readonly idsOf = new Map<string, Set<string>>();
  /** questions under way, asked since the last change */
  private readonly asked = new Map<string, Promise<BrowserSession | undefined>>();
  private epoch = 0;

  /** @param entries how many sessions are remembered at most */
  constructor(
    private readonly sessions: BrowserSessions,
    private readonly signal: SessionSignal,
    private readonly clock: Clock,
    entries: number,
  ) {
    super();
    this.remembered = new RecentlyUsed(entries);
    signal.on((change) => {
      this.forget(change);
    });
  }

  /** How many sessions are remembered now. */
  get size(): number {
    return this.remembered.size;
  }

  async find(token: string): Promise<BrowserSession | undefined> {
    if (!this.signal.isHeard) return this.sessions.find(token);
    const id = hashOf(token);
    return this.recall(id) ?? (await (this.asked.get(id) ?? this.ask(id, token)));
  }

  findByIds(ids: readonly string[]): Promise<ReadonlyMap<string, BrowserSession>> {
    return this.sessions.findByIds(ids);
  }

  async slide(token: string, lastSeenAt: Date, expiresAt: Date): Promise<void> {
    await this.sessions.slide(token, lastSeenAt, expiresAt);
    this.forget({ kind: 'browser', id: hashOf(token) });
  }

  private recall(id: string): BrowserSession | undefined {
    const found = this.remembered.get(id);
    if (found === undefined) return undefined;
    const now = this.clock.now().getTime();
    const age = now - found.askedAt;
    // what has expired may have been kept awake through another replica
    if (age < 0 || age >= BELIEVED_FOR_MS || now >= found.session.expiresAt.getTime()) {
      this.drop(id);
      return undefined;
    }
    return found.session;
  }

  private async ask(id: string, token: string): Promise<BrowserSession | undefined> {
    const { epoch } = this;
    const askedAt = this.clock.now().getTime();
    const answer = this.sessions.find(token);
    this.asked.set(id, answer);
    try {
      const session = await answer;
      // a change that came meanwhile may have been about it, and then the answer may be from before
      if (session !== undefined && epoch === this.epoch && this.signal.isHeard) this.keep(id, { session, askedAt });
      return session;
    } finally {
      if (this.asked.get(id) === answer) this.asked.delete(id);
    }
  }

  private keep(id: string, entry: Remembered): void {
    this.drop(id);
    const { sid } = entry.session.sso;
    const ids = this.idsOf.get(sid);
    if (ids === undefined) this.idsOf.set(sid, new Set([id]));
    else ids.add(id);
    const forgotten = this.remembered.set(id, entry);
    if (forgotten !== undefined) this.unlist(forgotten.session);
  }

  private drop(id: string): void {
    const found = this.remembered.take(id);
    if (found !== undefined) this.unlist(found.session);
  }

  private unlist({ id, sso: { sid } }: BrowserSession): void {
    const ids = this.idsOf.get(sid);
    ids?.delete(id);
    if (ids?.size === 0) this.idsOf.delete(sid);
  }

  private forget(change: SessionChange): void {
    this.epoch += 1;
    this.asked.clear(); // who asks from now on must not be given an answer from before
    switch (change.kind) {
      case 'session':
        for (const id of [...(this.idsOf.get(change.sid) ?? [])]) this.drop(id);
        return;
      case 'browser':
        this.drop(change.id);
        return;
      case 'anything':
        this.remembered.clear();
        this.idsOf.clear();
    }
  }
}
