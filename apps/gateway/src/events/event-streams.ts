import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type BrowserSession, BrowserSessions, Clock, reasonOf, type SessionChange, SessionSignal } from '#session';
import { EventStream, type StreamResponse } from './event-stream.js';
import { comeBackText, HEARTBEAT, type TabEvent, textOf } from './event-text.js';
import { endOf, stateOf } from './session-state.js';
import { OpenTabs, type SessionStreams } from './session-streams.js';

const TICK_MS = 1_000;
/** ticks between two heartbeats of a stream */
const ROUND = 15;
/** ticks between two looks at all sessions while no change is heard */
const LOOK_EVERY = 5;
const STREAMS_PER_SESSION = 20;
const BATCH = 500;

/**
 * Tells open tabs what becomes of their session. The signal says where to look, at once; the rest (an expiry, what happened
 * while it was lost) is looked for. Not being able to look ends nothing. A tab never keeps its session awake.
 */
@Injectable()
export class EventStreams implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(EventStreams.name);
  private readonly tabs = new OpenTabs();
  /** ids of sessions that must be looked at */
  private readonly suspects = new Set<string>();
  private looking = false;
  private ticks = 0;
  private opened = 0;
  private changes = 0;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: BrowserSessions,
    private readonly signal: SessionSignal,
    private readonly clock: Clock,
  ) {}

  /** How many streams are open. */
  get size(): number {
    return this.tabs.size;
  }

  /** Counts what was heard: who reads a session and then opens its stream says where it stood before. */
  get heard(): number {
    return this.changes;
  }

  onModuleInit(): void {
    this.signal.on((change) => {
      this.hear(change);
    });
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
  }

  beforeApplicationShutdown(): void {
    this.closed = true;
    clearInterval(this.timer);
    for (const session of [...this.tabs.all]) this.close(session, () => comeBackText(Math.random()));
  }

  /** Opens a stream of a usable session. @param heard {@link heard} as it was before the session was read */
  open(session: BrowserSession, response: StreamResponse, heard: number): EventStream {
    const tabs = this.tabs.join(session.id, session.sso.sid);
    const stream = new EventStream(response, tabs, this.opened % ROUND);
    this.opened += 1;
    this.note(tabs, session);
    this.tabs.add(stream);
    if (tabs.streams.size > STREAMS_PER_SESSION) this.closeOldest(tabs);
    if (this.closed) this.close(tabs, () => comeBackText(Math.random()));
    else stream.write(textOf({ kind: 'ready' }));
    if (heard !== this.changes) this.suspect([session.id]); // what was heard in between may have been about it
    return stream;
  }

  /** The client has gone. */
  gone(stream: EventStream): void {
    this.tabs.remove(stream);
  }

  /** One second has passed: heartbeats of those whose turn it is, and a look at those who have expired. */
  tick(): void {
    this.ticks += 1;
    const turn = this.ticks % ROUND;
    const now = this.clock.now().getTime();
    for (const session of [...this.tabs.all]) {
      if (session.expiresAt <= now) this.suspects.add(session.id);
      for (const stream of session.streams) if (stream.turn === turn) stream.beat(HEARTBEAT);
    }
    if (!this.signal.isHeard && this.ticks % LOOK_EVERY === 0) this.suspect(this.tabs.ids);
    else void this.look();
  }

  private hear(change: SessionChange): void {
    this.changes += 1;
    switch (change.kind) {
      case 'session':
        this.hearOfSession(change.sid, change.ended);
        return;
      case 'browser':
        this.suspect([change.id]);
        return;
      case 'anything':
        this.suspect(this.tabs.ids);
    }
  }

  /** An end is looked up: the browser may have another session by now, and is signed in then. */
  private hearOfSession(sid: string, ended: string | undefined): void {
    const sessions = this.tabs.ofSid(sid);
    if (ended !== undefined) this.suspect(sessions.map(({ id }) => id));
    else for (const session of sessions) this.tell(session, { kind: 'session-changed' });
  }

  private suspect(ids: Iterable<string>): void {
    for (const id of ids) if (this.tabs.of(id) !== undefined) this.suspects.add(id);
    void this.look();
  }

  /** Looks at all suspects, some at a time. Who can't be looked at now stays a suspect. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    while (this.suspects.size > 0 && !this.closed) {
      const ids = [...this.suspects].slice(0, BATCH);
      for (const id of ids) this.suspects.delete(id); // before the look: who is named while it goes on is looked at again
      try {
        const found = await this.sessions.findByIds(ids);
        for (const id of ids) this.judge(id, found.get(id));
      } catch (error) {
        this.logger.warn(`events.look.failed reason=${reasonOf(error)}`);
        for (const id of ids) this.suspects.add(id);
        break;
      }
    }
    this.looking = false;
  }

  private judge(id: string, found: BrowserSession | undefined): void {
    const tabs = this.tabs.of(id);
    if (tabs === undefined) return;
    const state = stateOf(found, this.clock.now());
    switch (state.kind) {
      case 'ended':
        this.tell(tabs, { kind: 'session-ended', reason: state.reason });
        return;
      case 'replaced':
        this.tell(tabs, { kind: 'session-replaced' });
        return;
      case 'usable': {
        const isNewer = state.session.sso.tokenGeneration > tabs.tokenGeneration;
        this.note(tabs, state.session);
        if (isNewer) this.tell(tabs, { kind: 'session-changed' });
      }
    }
  }

  private note(tabs: SessionStreams, session: BrowserSession): void {
    tabs.expiresAt = endOf(session);
    tabs.tokenGeneration = Math.max(tabs.tokenGeneration, session.sso.tokenGeneration);
  }

  private tell(session: SessionStreams, event: TabEvent): void {
    const text = textOf(event);
    if (event.kind === 'session-changed') for (const stream of session.streams) stream.write(text);
    else this.close(session, () => text);
  }

  private close(session: SessionStreams, text: () => string): void {
    for (const stream of [...session.streams]) {
      this.tabs.remove(stream);
      stream.end(text());
    }
  }

  private closeOldest(session: SessionStreams): void {
    const [oldest] = session.streams;
    if (oldest === undefined) return;
    this.tabs.remove(oldest);
    oldest.end(textOf({ kind: 'too-many' }));
  }
}
