import { parseSub, type NewBrowserSession, type NewSsoSession } from '#session';

export const ISSUER = 'https://idp.example.com';
export const CLIENT = 'gateway';

/** A sign-in of `sub` at `at`, with whatever a test wants to be different. */
export function signInOf(sub: string, at: Date, changes: Partial<NewSsoSession> = {}): NewSsoSession {
  return {
    iss: ISSUER,
    clientId: CLIENT,
    sub: parseSub(sub)!,
    idpSid: `idp-session-of-${sub}`,
    idTokenIssuedAt: at,
    authTime: at,
    acr: undefined,
    tokens: {
      idToken: `id-${sub}`,
      accessToken: `access-${sub}`,
      accessExpiresAt: undefined,
      refreshToken: `refresh-${sub}`,
    },
    expiresAt: new Date(at.getTime() + 3_600_000),
    firstProbeAt: at,
    ...changes,
  };
}

/** A browser's new session; `token` is its cookie. */
export function browserOf(token: string, at: Date, changes: Partial<NewBrowserSession> = {}): NewBrowserSession {
  return {
    token,
    frontEnd: 'https://a.example.com',
    expiresAt: new Date(at.getTime() + 3_600_000),
    replaces: undefined,
    ...changes,
  };
}
