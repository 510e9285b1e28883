import { type CanActivate, type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppSessions, Clock, parseSid, parseSub, reasonOf } from '#session';
import { type AssertionClaims, OidcError } from '#oidc';
import { AssertionVerifier } from './assertion-verifier.js';
import { IS_PUBLIC } from './public.decorator.js';
import { rememberSession } from './request-session.js';
import { keysUnavailable, notCaughtUp, notSignedIn, sessionEnded } from './session-refusals.js';
import { SyncState } from './sync-state.js';

/**
 * Lets a request in when it brings the gateway's assertion of a session that is usable now. It refuses when it does not
 * know: while endings are still to be applied, when the gateway's keys can't be had, and (as a 500) when the database
 * can't be asked. An assertion that is still valid does not help a session that has ended.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  private readonly logger = new Logger(SessionGuard.name);

  constructor(
    private readonly reflector: Reflector,
    private readonly sync: SyncState,
    private readonly assertions: AssertionVerifier,
    private readonly sessions: AppSessions,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (
      this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [context.getHandler(), context.getClass()]) ===
      true
    )
      return true;
    if (!this.sync.caughtUp) throw notCaughtUp();
    const request = context.switchToHttp().getRequest<{ readonly headers: Readonly<Record<string, unknown>> }>();
    const claims = await this.verify(request.headers.authorization);
    const [sid, sub] = [parseSid(claims.sid), parseSub(claims.sub)];
    if (sid === undefined || sub === undefined) throw notSignedIn();
    const now = this.clock.now();
    const { idp: iss, openedAt, expiresAt } = claims;
    const session = await this.sessions.open({ iss, sid, sub, openedAt, expiresAt }, now);
    if (session.revoked !== undefined) throw sessionEnded(session.revoked.cause);
    if (session.expiresAt <= now) throw sessionEnded('expired');
    rememberSession(request, session);
    return true;
  }

  private async verify(header: unknown): Promise<AssertionClaims> {
    const token = typeof header === 'string' ? /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1] : undefined;
    if (token === undefined) throw notSignedIn();
    try {
      return await this.assertions.verify(token);
    } catch (error) {
      if (error instanceof OidcError) throw notSignedIn();
      this.logger.error(`assertion.keys.unavailable reason=${reasonOf(error)}`);
      throw keysUnavailable();
    }
  }
}
