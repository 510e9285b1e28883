import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import type { AppSession, SessionClaim } from '#session';
import { IdpAge } from './idp-age.js';
import { rememberSession } from './request-session.js';
import { type RouteRule, RouteRules } from './route-rules.js';
import { SessionAccess } from './session-access.js';
import { SessionCredential } from './session-credential.js';
import { SessionRefused } from './session-refusals.js';
import { SyncState } from './sync-state.js';

/**
 * Lets a request in when it comes with a session that is usable now. It refuses when it does not know: while endings are
 * still to be applied, when the gateway's keys or the database can't be had, and when endings were not heard for too long. An
 * assertion that is still valid does not help a session that has ended.
 *
 * It answers at once, without a promise, when memory may answer: this is the way of almost every request.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly rules: RouteRules,
    private readonly sync: SyncState,
    private readonly credential: SessionCredential,
    private readonly access: SessionAccess,
    private readonly age: IdpAge,
  ) {}

  /** @throws SessionRefused; for RPC an RpcException with the same body */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.rules.of(context);
    if (rule.isPublic) return true;
    if (context.getType() === 'rpc') return this.ofRpc(context, rule);
    return this.decide(context, rule);
  }

  private decide(context: ExecutionContext, rule: RouteRule): boolean | Promise<boolean> {
    if (!this.sync.caughtUp) throw new SessionRefused('catching-up');
    const claim = this.credential.claim(context);
    if (claim instanceof Promise) return claim.then((known) => this.admit(context, rule, known));
    return this.admit(context, rule, claim);
  }

  private admit(
    context: ExecutionContext,
    rule: RouteRule,
    claim: SessionClaim | undefined,
  ): boolean | Promise<boolean> {
    if (claim === undefined) throw new SessionRefused('not-signed-in');
    const session = this.access.admit(claim, rule.staleness);
    if (session instanceof Promise) return session.then((opened) => this.let(context, rule, claim, opened));
    return this.let(context, rule, claim, session);
  }

  private let(context: ExecutionContext, rule: RouteRule, claim: SessionClaim, session: AppSession): true {
    if (rule.maxIdpAgeMs !== undefined) this.age.assert(claim, rule.maxIdpAgeMs);
    rememberSession(context, session);
    return true;
  }

  /** Nest makes "Internal server error" of every error of an RPC handler that is no RpcException. */
  private async ofRpc(context: ExecutionContext, rule: RouteRule): Promise<boolean> {
    try {
      return await this.decide(context, rule);
    } catch (error) {
      throw error instanceof SessionRefused ? new RpcException(error.getResponse()) : error;
    }
  }
}
