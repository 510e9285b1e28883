import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { browserStateCookie, browserStateOf } from '../authorize/browser-state.js';
import { cookiesNamed, setCookie } from '../authorize/cookie-text.js';
import { type CookieAttributes, cookieRules, sessionCookieAttributes } from '../authorize/cookies.js';
import type { IdpConfig } from '../config.js';
import type { BrowserSession } from '../sessions/browser-sessions.service.js';

/** The cookie that the page's script reads, for answers that are not the engine's. */
@Injectable()
export class BrowserStateCookie {
  private readonly name: string;
  readonly attributes: CookieAttributes;

  constructor(config: Pick<IdpConfig, 'IDP_ISSUER' | 'IDP_CROSS_SITE_FRAMES'>) {
    const rules = cookieRules(config);
    this.name = browserStateCookie(rules.https);
    this.attributes = sessionCookieAttributes(rules);
  }

  /** Makes the cookie true to the session, when a browser comes whose session has ended elsewhere. Most bring a true one. */
  follow({ headers }: FastifyRequest, reply: FastifyReply, session: BrowserSession | undefined): void {
    const [held = ''] = cookiesNamed(this.name, headers.cookie);
    const value = session === undefined ? '' : browserStateOf({ uid: session.uid, accountId: session.account.sub });
    if (held === value) return;
    const attributes = { ...this.attributes, ...(value === '' ? { maxAgeS: 0 } : {}) };
    void reply.header('set-cookie', setCookie(this.name, value, attributes));
  }
}
