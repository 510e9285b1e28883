import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';
import { type BrowserSession, BrowserSessions, isUsable, reasonOfEnd } from '#session';
import { Cookies } from './cookies.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { assertBelieved, assertIdpChecked } from './idp-age.js';
import { SessionLife } from './session-life.js';
import { SleepingSessions } from './sleeping-sessions.js';

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
    private readonly life: SessionLife,
    private readonly sleeping: SleepingSessions,
  ) {}

  /** Gives what the cookie stands for, as far as is known now: it may sleep, or need a sign-in. */
  async read(request: FastifyRequest): Promise<ReadSession> {
    const frontEnd = this.frontEnds.of(request);
    const token = this.cookies.read(request, 'session');
    const session = token === undefined ? undefined : await this.sessions.find(token);
    if (token === undefined || session?.frontEnd !== frontEnd.base) return { kind: 'none' };
    if (isUsable(session, this.life.now())) return { kind: 'usable', token, session };
    if (session.sso.ended !== undefined) return { kind: 'ended', reason: reasonOfEnd(session.sso.ended.cause) };
    return session.endedAt === undefined ? { kind: 'ended', reason: 'expired' } : { kind: 'none' };
  }

  /**
   * Gives what the cookie stands for, after the IdP was asked about a session that slept. One that still sleeps then is not to be
   * believed, and has not ended.
   *
   * @param options.slide the request is use of the session: it does not fall asleep again because nobody uses it
   */
  async readAwake(request: FastifyRequest, options: { readonly slide: boolean }): Promise<ReadSession> {
    const read = await this.read(request);
    if (read.kind !== 'usable' || read.session.sso.asleepSince === undefined) return read;
    if (options.slide) await this.slide(request, read.token);
    await this.sleeping.wake(read.session.sso.sid);
    return this.read(request);
  }

  /** Looks at the session of what is open already: one that sleeps is asked about, and nobody waits for that. */
  async look(request: FastifyRequest): Promise<ReadSession> {
    const read = await this.read(request);
    if (read.kind === 'usable' && read.session.sso.asleepSince !== undefined)
      void this.sleeping.wake(read.session.sso.sid).catch(() => undefined); // the next look tries again
    return read;
  }

  /**
   * Gives the usable session of a request. `maxIdpAgeMs` is how long ago the IdP may have confirmed it; the caller's header
   * `X-Max-Idp-Age` may ask for less.
   *
   * @throws Problem 401 `not-signed-in`, `session-ended` with its reason, `idp-check-needed`, or `sign-in-needed` with its reason
   */
  async require(
    request: FastifyRequest,
    options: { readonly slide: boolean; readonly maxIdpAgeMs?: number | undefined },
  ): Promise<BrowserSession> {
    const read = await this.readAwake(request, options);
    if (read.kind === 'none') throw problem(401, 'not-signed-in', 'Nobody is signed in');
    if (read.kind === 'ended')
      throw problem(401, 'session-ended', 'The session has ended', undefined, { reason: read.reason });
    const { sso } = read.session;
    const frontEnd = this.frontEnds.of(request);
    assertBelieved(sso, frontEnd);
    assertIdpChecked(request, frontEnd, sso.idpCheckedAt, this.life.now(), options.maxIdpAgeMs);
    if (options.slide && this.isDue(read.session)) await this.slide(request, read.token);
    return read.session;
  }

  /** Reading must not cost a write each time. */
  private isDue(session: BrowserSession): boolean {
    return this.life.now().getTime() - session.lastSeenAt.getTime() >= SLIDE_EVERY_MS;
  }

  /** Moves the end of the idle time. */
  private async slide(request: FastifyRequest, token: string): Promise<void> {
    const now = this.life.now();
    await this.sessions.slide(token, now, this.life.idleEnd(this.frontEnds.of(request), now));
  }
}
