import { type AppSession, AppSessions, markForbids, markOf, type RevocationMark, type SessionEnded } from '#session';

/** {@link AppSessions} as its contract has it, without a database: for models that ask it very often. */
export class InMemoryAppSessions extends AppSessions {
  private readonly rows = new Map<string, AppSession>();
  private readonly marks: RevocationMark[] = [];

  open(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession> {
    const key = `${session.iss} ${session.sid}`;
    const known = this.rows.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const mark = this.marks.find(
      (candidate) => concerns(candidate, session) && markForbids(candidate, session.openedAt),
    );
    const { iss, sid, sub, openedAt, expiresAt } = session;
    const revoked = mark && { at: now, cause: mark.cause };
    const row = { iss, sid, sub, openedAt, expiresAt, revoked };
    this.rows.set(key, row);
    return Promise.resolve(row);
  }

  applyEnded(event: SessionEnded, now: Date): Promise<number> {
    const mark = markOf(event, now);
    this.marks.push(mark);
    let revoked = 0;
    for (const [key, row] of this.rows) {
      if (row.revoked !== undefined || !concerns(mark, row) || !markForbids(mark, row.openedAt)) continue;
      this.rows.set(key, { ...row, revoked: { at: now, cause: mark.cause } });
      revoked += 1;
    }
    return Promise.resolve(revoked);
  }

  removeExpired(): Promise<number> {
    return Promise.resolve(0);
  }
}

function concerns(mark: RevocationMark, { iss, sid, sub }: Pick<AppSession, 'iss' | 'sid' | 'sub'>): boolean {
  return mark.iss === iss && mark.key === (mark.scope === 'session' ? sid : sub);
}
