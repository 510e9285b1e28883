import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FrontEnd } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';

/** What a cookie is for. */
export type CookieUse = 'session' | 'browser';

const RESTART_S = 60;

/** The gateway's two cookies: who is signed in at a front end, and which browser an authorization request belongs to. */
@Injectable()
export class Cookies {
  constructor(private readonly frontEnds: FrontEnds) {}

  read(request: FastifyRequest, use: CookieUse): string | undefined {
    const value = valueOf(nameOf(this.frontEnds.of(request), use), request.headers.cookie);
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
  }

  set(reply: FastifyReply, use: CookieUse, value: string): void {
    const frontEnd = this.frontEnds.of(reply.request);
    void reply.setCookie(nameOf(frontEnd, use), value, optionsOf(frontEnd, use));
  }

  clear(reply: FastifyReply, use: CookieUse): void {
    const frontEnd = this.frontEnds.of(reply.request);
    void reply.clearCookie(nameOf(frontEnd, use), optionsOf(frontEnd, use));
  }

  /** Whether a sign-in of this browser was begun again by us within the last minute. */
  hasRestarted(request: FastifyRequest): boolean {
    return valueOf(nameOf(this.frontEnds.of(request), 'restarted'), request.headers.cookie) === '1';
  }

  markRestarted(reply: FastifyReply): void {
    const frontEnd = this.frontEnds.of(reply.request);
    const options = { ...optionsOf(frontEnd, 'restarted'), maxAge: RESTART_S };
    void reply.setCookie(nameOf(frontEnd, 'restarted'), '1', options);
  }
}

/** Gives the first cookie of a name. Only that one: sites give their browsers many more, and ours have nothing to decode. */
function valueOf(name: string, cookies = ''): string | undefined {
  for (const pair of cookies.split(';')) {
    const cookie = pair.trim();
    if (cookie.startsWith(name) && cookie[name.length] === '=') return cookie.slice(name.length + 1).trimStart();
  }
  return undefined;
}

/** `__Host-`: no other host, and no plain-http page of this one, can set or shadow the cookie. */
function nameOf({ secure, cookie }: FrontEnd, use: CookieUse | 'restarted'): string {
  return `${secure ? '__Host-' : ''}${use === 'session' ? cookie.name : `bff-${use}`}`;
}

/** The browser cookie must come back through an iframe whose redirects cross sites: None where cookies are Secure. */
function optionsOf({ secure, cookie }: FrontEnd, use: CookieUse | 'restarted'): CookieSerializeOptions {
  const sameSite = use === 'session' ? cookie.sameSite : use === 'browser' && secure ? 'none' : 'lax';
  return { path: '/', httpOnly: true, secure, sameSite };
}
