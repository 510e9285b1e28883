import type { Sid, Sub } from './ids.js';
import type { ReauthReason } from './poller-ports.js';

/** The tokens of an SSO session, in clear. They leave the gateway and the poller towards the IdP only. */
export interface TokenSet {
  readonly idToken: string;
  readonly accessToken: string | undefined;
  readonly accessExpiresAt: Date | undefined;
  readonly refreshToken: string | undefined;
  readonly refreshExpiresAt?: Date | undefined;
}

/** Our record of one IdP session, as one client of the IdP was told of it. */
export interface SsoSession {
  readonly sid: Sid;
  readonly iss: string;
  readonly clientId: string;
  readonly sub: Sub;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly authTime: Date | undefined;
  readonly acr: string | undefined;
  readonly idpCheckedAt: Date;
  /** counts the changes of its tokens */
  readonly tokenGeneration: number;
  /** nobody has used it for long, so nobody asks about it: it must be asked about before it is believed */
  readonly asleepSince?: Date | undefined;
  /** a silent sign-in must come before it is used again, and why */
  readonly reauthReason?: ReauthReason | undefined;
  readonly ended: { readonly at: Date; readonly cause: string } | undefined;
}

/** A verified sign-in that is about to become an SSO session, or to join the one of the same IdP session. */
export interface NewSsoSession {
  readonly iss: string;
  readonly clientId: string;
  readonly sub: Sub;
  readonly idpSid: string | undefined;
  readonly idTokenIssuedAt: Date;
  readonly authTime: Date | undefined;
  readonly acr: string | undefined;
  readonly tokens: TokenSet;
  readonly expiresAt: Date;
  /** what the IdP, or what is known of it, says of the latest end: a session that is joined ends by then too */
  readonly ceiling?: Date | undefined;
  readonly firstProbeAt: Date;
}

/** One browser's session at one front end, with the SSO session behind it. */
export interface BrowserSession {
  /** SHA-256 of its token: names it, and opens nothing */
  readonly id: string;
  readonly frontEnd: string;
  readonly expiresAt: Date;
  /** for a session that another one of the same browser replaced: a few seconds after that */
  readonly endedAt: Date | undefined;
  readonly lastSeenAt: Date;
  readonly sso: SsoSession;
}

/** Whether a session may be used at `now`: neither ended nor expired, and its SSO session neither. */
export function isUsable(session: BrowserSession, now: Date): boolean {
  return (
    (session.endedAt === undefined || now < session.endedAt) &&
    session.sso.ended === undefined &&
    now < session.expiresAt &&
    now < session.sso.expiresAt
  );
}
