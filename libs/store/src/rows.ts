import {
  type BrowserSession,
  parseSid,
  parseSub,
  type ReauthReason,
  reauthReasons,
  type RefreshState,
  type Sid,
  type SsoSession,
  type Sub,
} from '#session';
import type { BrowserSessionModel, SsoSessionModel } from './generated/hub/models.js';

/** Gives a column as the id that it is. @throws Error when the database holds something else */
export function toSid(text: string): Sid {
  const sid = parseSid(text);
  if (sid === undefined) throw new Error('the database holds a session id that is no UUID');
  return sid;
}

/** Gives a column as a person's identifier. @throws Error when the database holds something else */
export function toSub(text: string): Sub {
  const sub = parseSub(text);
  if (sub === undefined) throw new Error('the database holds a sub that is empty or too long');
  return sub;
}

/** Gives a row without its tokens. */
export function toSsoSession(row: SsoSessionModel): SsoSession {
  return {
    sid: toSid(row.id),
    iss: row.iss,
    clientId: row.clientId,
    sub: toSub(row.sub),
    openedAt: row.openedAt,
    expiresAt: row.expiresAt,
    authTime: row.authTime ?? undefined,
    acr: row.acr ?? undefined,
    idpCheckedAt: row.idpCheckedAt,
    tokenGeneration: row.tokenGeneration,
    asleepSince: row.asleepSince ?? undefined,
    reauthReason: toReauthReason(row.reauthReason),
    ended: row.endedAt === null ? undefined : { at: row.endedAt, cause: row.endCause ?? 'unknown' },
  };
}

/** @throws Error when the database holds another word */
function toReauthReason(text: string | null): ReauthReason | undefined {
  if (text === null) return undefined;
  const reason = reauthReasons.find((known) => known === text);
  if (reason === undefined) throw new Error('the database holds an unknown reason to sign in again');
  return reason;
}

/** Gives a row with its SSO session. */
export function toBrowserSession(row: BrowserSessionModel & { readonly ssoSession: SsoSessionModel }): BrowserSession {
  const { id, frontEnd, expiresAt, endedAt, lastSeenAt } = row;
  return { id, frontEnd, expiresAt, endedAt: endedAt ?? undefined, lastSeenAt, sso: toSsoSession(row.ssoSession) };
}

/** Gives the columns of a refresh as its state. @throws Error when the database holds another word */
export function toRefreshState(state: string | null, since: Date | null): RefreshState {
  switch (state) {
    case null:
      return { kind: 'idle' };
    case 'under_way':
    case 'ambiguous':
    case 'refused':
      return { kind: state, since: since ?? new Date(0) };
    default:
      throw new Error('the database holds an unknown state of a refresh');
  }
}
