import { HttpException } from '@nestjs/common';

/** Refuses a request as RFC 9457 JSON, on either of Nest's HTTP adapters. `type` never changes: clients branch on it. */
export class SessionRefused extends HttpException {
  constructor(status: number, name: string, title: string, extensions: Readonly<Record<string, unknown>> = {}) {
    super({ type: `urn:sso:problem:${name}`, title, status, ...extensions }, status);
  }
}

export const notSignedIn = () => new SessionRefused(401, 'not-signed-in', 'Nobody is signed in');
export const sessionEnded = (reason: string) =>
  new SessionRefused(401, 'session-ended', 'The session has ended', { reason });
export const notCaughtUp = () =>
  new SessionRefused(
    503,
    'catching-up',
    'This service is still applying the endings that it missed; try again in a moment',
  );
export const keysUnavailable = () =>
  new SessionRefused(503, 'keys-unavailable', "The gateway's keys can't be fetched; try again in a moment");
