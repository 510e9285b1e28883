import { Injectable, Logger } from '@nestjs/common';
import { type AbsoluteEnd, absoluteEnd, Clock, type NewSsoSession, type Sub } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { SessionLife } from '../http/session-life.js';
import type { SignInResult } from './sign-in.js';

type Verified = Extract<SignInResult, { kind: 'verified' }>;

/** Gives a sign-in its times. */
@Injectable()
export class SessionTimes {
  private readonly logger = new Logger(SessionTimes.name);

  constructor(
    private readonly life: SessionLife,
    private readonly clock: Clock,
  ) {}

  now(): Date {
    return this.clock.now();
  }

  idleEnd(frontEnd: FrontEnd): Date {
    return this.life.idleEnd(frontEnd, this.now());
  }

  newSession(verified: Verified, sub: Sub, frontEnd: FrontEnd): NewSsoSession {
    const { transaction, claims, tokens } = verified;
    const now = this.now();
    const end = this.endOf(verified, frontEnd, now);
    const after = (seconds: number | undefined) =>
      seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000);
    return {
      iss: claims.iss,
      clientId: transaction.clientId,
      sub,
      idpSid: claims.idpSid,
      idTokenIssuedAt: claims.issuedAt,
      authTime: claims.authTime,
      acr: claims.acr,
      tokens: {
        idToken: tokens.idToken,
        accessToken: tokens.accessToken,
        accessExpiresAt: after(tokens.expiresInS),
        refreshToken: tokens.refreshToken,
        refreshExpiresAt: after(tokens.refreshExpiresInS),
      },
      expiresAt: end.at,
      ceiling: end.ceiling,
      firstProbeAt: this.life.firstProbe(now, Math.random()),
    };
  }
  /** What the front end, the ID token and what is known of the IdP say of the latest end. */
  private endOf({ claims, transaction }: Verified, { session, idp }: FrontEnd, now: Date): AbsoluteEnd {
    const { sessionExpiry, authTime } = claims;
    const about = `idp=${idp.name} cid=${transaction.correlationId}`;
    if (sessionExpiry === 'unusable') this.logger.warn(`sign_in.session_expiry.unusable ${about}`);
    const saidEnd = sessionExpiry === 'unusable' ? undefined : sessionExpiry;
    const { ttlMs } = session;
    const end = absoluteEnd({ ttlMs, saidEnd, authTime, lifetimeMs: idp.sessionLifetimeMs }, now);
    if (end.isContradicted)
      this.logger.warn(
        `sign_in.session_lifetime.contradicted ${about}: sessionLifetimeS is shorter than the IdP's own`,
      );
    return end;
  }
}
