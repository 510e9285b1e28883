import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';
import { type BrowserSession, BrowserSessions, Clock, isUsable } from '#session';
import { Cookies } from './cookies.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { assertIdpChecked } from './idp-age.js';
import { SessionLife } from './session-life.js';

/** What a request's cookie stands for. */
export type ReadSession =
  | { readonly kind: 'none' }
  | { readonly kind: 'ended'; readonly reason: string }
  | { readonly kind: 'usable'; readonly token: string; readonly session: BrowserSession };

const SLIDE_EVERY_MS = 60_000;

/** Finds the session of a request. */
@Injectable()
export class SessionReader {
  constructor(
    private readonly sessions: BrowserSessions,
    private readonly cookies: Cookies,
    private readonly frontEnds: FrontEnds,
    private readonly clock: Clock,
    private readonly life: SessionLife,
  ) {}

  async read(request: FastifyRequest): Promise<ReadSession> {
    const frontEnd = this.frontEnds.of(request);
    const token = this.cookies.read(request, 'session');
    const session = token === undefined ? undefined : await this.sessions.find(token);
    if (token === undefined || session?.frontEnd !== frontEnd.base) return { kind: 'none' };
    if (isUsable(session, this.clock.now())) return { kind: 'usable', token, session };
    if (session.sso.ended !== undefined) return { kind: 'ended', reason: session.sso.ended.cause };
    return session.endedAt === undefined ? { kind: 'ended', reason: 'expired' } : { kind: 'none' };
  }

  /**
   * Gives the usable session of a request. `maxIdpAgeMs` is how long ago the IdP may have confirmed it; the caller's header
   * `X-Max-Idp-Age` may ask for less.
   *
   * @throws Problem 401 `not-signed-in`, `session-ended` with its reason, or `idp-check-needed`
   */
  async require(
    request: FastifyRequest,
    options: { readonly slide: boolean; readonly maxIdpAgeMs?: number | undefined },
  ): Promise<BrowserSession> {
    const read = await this.read(request);
    if (read.kind === 'none') throw problem(401, 'not-signed-in', 'Nobody is signed in');
    if (read.kind === 'ended')
      throw problem(401, 'session-ended', 'The session has ended', undefined, { reason: read.reason });
    const { sso } = read.session;
    assertIdpChecked(request, this.frontEnds.of(request), sso.idpCheckedAt, this.clock.now(), options.maxIdpAgeMs);
    if (options.slide && this.isDue(read.session)) await this.slide(request, read.token);
    return read.session;
  }

  /** Reading must not cost a write each time. */
  private isDue(session: BrowserSession): boolean {
    return this.clock.now().getTime() - session.lastSeenAt.getTime() >= SLIDE_EVERY_MS;
  }

  /** Moves the end of the idle time. */
  private async slide(request: FastifyRequest, token: string): Promise<void> {
    const now = this.clock.now();
    await this.sessions.slide(token, now, this.life.idleEnd(this.frontEnds.of(request), now));
  }
}
