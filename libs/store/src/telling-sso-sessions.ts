import {
  type Cause,
  type Ending,
  type EndResult,
  type NewBrowserSession,
  type NewSsoSession,
  type OnceToken,
  type OpenedSession,
  type SessionChange,
  type Sid,
  type SsoSession,
  SsoSessions,
  type TokenSet,
} from '#session';
import { hashOf } from './hash.js';

/** {@link SsoSessions} that tells its own process of a change before whoever asked for it goes on: no signal is that fast. */
export class TellingSsoSessions extends SsoSessions {
  constructor(
    private readonly sessions: SsoSessions,
    private readonly tell: (change: SessionChange) => void,
    /** told of each session that this process has ended, after the commit */
    private readonly onEnded: (iss: string, cause: Cause) => void = () => undefined,
  ) {
    super();
  }

  async open(signIn: NewSsoSession, browser: NewBrowserSession): Promise<OpenedSession> {
    const opened = await this.sessions.open(signIn, browser);
    if (opened.kind === 'opened') {
      this.tell({ kind: 'session', sid: opened.sid, ended: undefined });
      if (browser.replaces !== undefined) this.tell({ kind: 'browser', id: hashOf(browser.replaces) });
      for (const cause of opened.ended) this.onEnded(signIn.iss, cause);
    }
    return opened;
  }

  find(sid: Sid): Promise<SsoSession | undefined> {
    return this.sessions.find(sid);
  }

  tokensOf(sid: Sid): Promise<TokenSet | undefined> {
    return this.sessions.tokensOf(sid);
  }

  ofIdpSession(of: Parameters<SsoSessions['ofIdpSession']>[0]): ReturnType<SsoSessions['ofIdpSession']> {
    return this.sessions.ofIdpSession(of);
  }

  takeRefreshToken(sid: Sid): ReturnType<SsoSessions['takeRefreshToken']> {
    return this.sessions.takeRefreshToken(sid);
  }

  wake(sid: Sid, now: Date): Promise<void> {
    return this.sessions.wake(sid, now);
  }

  async end(ending: Ending, once?: OnceToken): Promise<EndResult> {
    const result = await this.sessions.end(ending, once);
    for (const { sid, iss } of result.ended) {
      this.tell({ kind: 'session', sid, ended: ending.cause });
      this.onEnded(iss, ending.cause);
    }
    return result;
  }
}
