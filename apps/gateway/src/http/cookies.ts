import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What a cookie is for. */
export type CookieUse = 'session' | 'browser';

const RESTART_S = 60;

/** The gateway's two cookies: who is signed in, and which browser an authorization request belongs to. */
export class Cookies {
  /** @param secure false only for plain http on loopback */
  constructor(private readonly secure: boolean) {}

  read(request: FastifyRequest, use: CookieUse): string | undefined {
    const value = request.cookies[this.nameOf(use)];
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
  }

  set(reply: FastifyReply, use: CookieUse, value: string): void {
    void reply.setCookie(this.nameOf(use), value, this.optionsOf(use));
  }

  clear(reply: FastifyReply, use: CookieUse): void {
    void reply.clearCookie(this.nameOf(use), this.optionsOf(use));
  }

  /** Whether a sign-in of this browser was begun again by us within the last minute. */
  hasRestarted(request: FastifyRequest): boolean {
    return request.cookies[this.nameOf('restarted')] === '1';
  }

  markRestarted(reply: FastifyReply): void {
    void reply.setCookie(this.nameOf('restarted'), '1', { ...this.optionsOf('restarted'), maxAge: RESTART_S });
  }

  /** `__Host-`: no other host, and no plain-http page of this one, can set or shadow the cookie. */
  private nameOf(use: CookieUse | 'restarted'): string {
    return `${this.secure ? '__Host-' : ''}bff-${use}`;
  }

  /** The browser cookie must come back through an iframe whose redirects cross sites: None where cookies are Secure. */
  private optionsOf(use: CookieUse | 'restarted'): CookieSerializeOptions {
    const sameSite = use === 'browser' && this.secure ? 'none' : 'lax';
    return { path: '/', httpOnly: true, secure: this.secure, sameSite };
  }
}
