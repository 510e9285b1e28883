import type { Sid } from '#session';
import type { EventStream } from './event-stream.js';

/** The open tabs of one browser session. */
export interface SessionStreams {
  readonly id: string;
  readonly sid: Sid;
  /** in the order in which they were opened */
  readonly streams: Set<EventStream>;
  /** when it ends unless it is used */
  expiresAt: number;
  tokenGeneration: number;
}

/** All open tabs, found by browser session and by SSO session. */
export class OpenTabs {
  private readonly byId = new Map<string, SessionStreams>();
  private readonly bySid = new Map<string, Set<SessionStreams>>();
  private streamCount = 0;

  get size(): number {
    return this.streamCount;
  }

  get ids(): Iterable<string> {
    return this.byId.keys();
  }

  get all(): Iterable<SessionStreams> {
    return this.byId.values();
  }

  of(id: string): SessionStreams | undefined {
    return this.byId.get(id);
  }

  ofSid(sid: string): readonly SessionStreams[] {
    return [...(this.bySid.get(sid) ?? [])];
  }

  /** Gives the session's tabs; a session without any is put up. */
  join(id: string, sid: Sid): SessionStreams {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const made: SessionStreams = { id, sid, streams: new Set(), expiresAt: 0, tokenGeneration: 0 };
    this.byId.set(id, made);
    const ofSid = this.bySid.get(sid);
    if (ofSid === undefined) this.bySid.set(sid, new Set([made]));
    else ofSid.add(made);
    return made;
  }

  add(stream: EventStream): void {
    stream.session.streams.add(stream);
    this.streamCount += 1;
  }

  /** Takes a stream out; the second time changes nothing. */
  remove(stream: EventStream): void {
    const { session } = stream;
    if (!session.streams.delete(stream)) return;
    this.streamCount -= 1;
    if (session.streams.size > 0 || this.byId.get(session.id) !== session) return;
    this.byId.delete(session.id);
    const ofSid = this.bySid.get(session.sid);
    ofSid?.delete(session);
    if (ofSid?.size === 0) this.bySid.delete(session.sid);
  }
}
