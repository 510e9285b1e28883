import { Injectable } from '@nestjs/common';
import { Clock, type NewSsoSession, type Sub } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { SessionLife } from '../http/session-life.js';
import type { SignInResult } from './sign-in.js';

type Verified = Extract<SignInResult, { kind: 'verified' }>;

/** Gives a sign-in its times. */
@Injectable()
export class SessionTimes {
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

  newSession({ transaction, claims, tokens }: Verified, sub: Sub, frontEnd: FrontEnd): NewSsoSession {
    const now = this.now();
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
      expiresAt: this.life.absoluteEnd(frontEnd, now),
      firstProbeAt: this.life.firstProbe(now, Math.random()),
    };
  }
}
