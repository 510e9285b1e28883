import { type AppSession, markForbids, type RevocationMark } from '#session';

/** What the database said of a session, and when it was asked. */
export interface RememberedSession {
  readonly session: AppSession;
  /** what decisions need, as numbers */
  readonly revoked: boolean;
  readonly expiresAtMs: number;
  readonly readAtMs: number;
}

/** Who a session is, as marks see it. */
export type MarkedSession = Pick<AppSession, 'iss' | 'sid' | 'sub' | 'openedAt'>;

/** How long a mark is remembered, in milliseconds: the database has it long before. */
export const MARK_KEPT_MS = 60 * 60_000;

interface HeardMark {
  readonly mark: RevocationMark;
  readonly heardAtMs: number;
}

/** How much a replica remembers. */
export interface MemoryLimits {
  readonly sessions: number;
  readonly marks: number;
}

const LIMITS: MemoryLimits = { sessions: 100_000, marks: 100_000 };

/**
 * What one replica remembers of sessions, and the endings that it has heard. It asks nobody: what is not in it is not
 * known. Bounded: the oldest answer goes first, and before a mark that is still needed goes, all answers go.
 */
export class SessionMemory {
  /** the one that was read longest ago first */
  private readonly sessions = new Map<string, RememberedSession>();
  /** the one that was heard longest ago first */
  private readonly marks = new Map<string, HeardMark>();
  private forgotten = 0;

  constructor(private readonly limits: MemoryLimits = LIMITS) {}

  /** Changes when everything is forgotten: an answer that was asked for under another epoch must not be kept. */
  get epoch(): number {
    return this.forgotten;
  }

  get size(): { readonly sessions: number; readonly marks: number } {
    return { sessions: this.sessions.size, marks: this.marks.size };
  }

  find(iss: string, sid: string): RememberedSession | undefined {
    return this.sessions.get(sessionKey(iss, sid));
  }

  /** Gives a mark that forbids the session, if one was heard. */
  markOn({ iss, sid, sub, openedAt }: MarkedSession): RevocationMark | undefined {
    if (this.marks.size === 0) return undefined;
    const ofSession = this.marks.get(markKey('session', iss, sid))?.mark;
    if (ofSession !== undefined && markForbids(ofSession, openedAt)) return ofSession;
    const ofPerson = this.marks.get(markKey('subject', iss, sub))?.mark;
    return ofPerson !== undefined && markForbids(ofPerson, openedAt) ? ofPerson : undefined;
  }

  /** Keeps what the database said. @param readAtMs when it was asked, not when it answered */
  keep(session: AppSession, readAtMs: number): void {
    const key = sessionKey(session.iss, session.sid);
    this.sessions.delete(key);
    const revoked = session.revoked !== undefined;
    this.sessions.set(key, { session, revoked, expiresAtMs: session.expiresAt.getTime(), readAtMs });
    if (this.sessions.size > this.limits.sessions) dropOldest(this.sessions);
  }

  /** Keeps a mark. False when the same event has left it already. */
  hear(mark: RevocationMark, nowMs: number): boolean {
    const key = markKey(mark.scope, mark.iss, mark.key);
    const known = this.marks.get(key)?.mark;
    const isNew = known?.eventId !== mark.eventId;
    this.marks.delete(key);
    const later =
      known !== undefined && known.endedBefore >= mark.endedBefore ? { ...known, eventId: mark.eventId } : mark;
    this.marks.set(key, { mark: later, heardAtMs: nowMs });
    this.makeRoom(nowMs);
    return isNew;
  }

  /** Forgets every answer. Marks stay: an ending that was heard is never untrue. */
  forget(): void {
    this.forgotten += 1;
    this.sessions.clear();
  }

  private makeRoom(nowMs: number): void {
    for (const [key, { heardAtMs }] of this.marks) {
      if (nowMs - heardAtMs <= MARK_KEPT_MS) break;
      this.marks.delete(key);
    }
    if (this.marks.size <= this.limits.marks) return;
    const tenth = Math.ceil(this.limits.marks / 10); // many at once, so that a flood does not empty the memory each time
    for (let dropped = 0; dropped < tenth; dropped += 1) dropOldest(this.marks);
    this.forget();
  }
}

function sessionKey(iss: string, sid: string): string {
  return `${iss} ${sid}`;
}

function markKey(scope: 'session' | 'subject', iss: string, key: string): string {
  return `${scope} ${iss} ${key}`;
}

function dropOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
