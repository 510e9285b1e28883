import { type BrowserSession, isUsable, reasonOfEnd } from '#session';

/** What a browser's session has become. */
export type SessionState =
  | { readonly kind: 'usable'; readonly session: BrowserSession }
  /** its browser has signed in again, or this session alone was closed */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'ended'; readonly reason: string };

/** Says what a session is at `now`. One that is not in the database any more was cleaned away after its end. */
export function stateOf(session: BrowserSession | undefined, now: Date): SessionState {
  if (session === undefined) return { kind: 'ended', reason: 'expired' };
  if (session.sso.ended !== undefined) return { kind: 'ended', reason: reasonOfEnd(session.sso.ended.cause) };
  if (session.endedAt !== undefined) return { kind: 'replaced' };
  return isUsable(session, now) ? { kind: 'usable', session } : { kind: 'ended', reason: 'expired' };
}

/** When a session ends unless it is used, in milliseconds since 1970; for one that was replaced: when it counts no more. */
export function endOf({ expiresAt, endedAt = expiresAt, sso }: BrowserSession): number {
  return Math.min(expiresAt.getTime(), endedAt.getTime(), sso.expiresAt.getTime());
}
