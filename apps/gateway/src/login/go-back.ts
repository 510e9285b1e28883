import type { FastifyReply } from 'fastify';
import type { SilentOutcome } from '#oidc';
import type { FrontEnd } from '../front-ends/front-end.js';
import { sendOn } from '../http/page.js';
import { sendOnByPage } from '../http/script-page.js';

/**
 * Sends a browser that has come from the IdP back to a page of the front end: by a redirect, or by a page of ours where the
 * session cookie is `Strict` and would not be sent with it.
 */
export function goBack(reply: FastifyReply, { cookie }: FrontEnd, url: string): void {
  if (cookie.sameSite === 'strict') sendOnByPage(reply, url);
  else sendOn(reply, url);
}

/** `/path?x=1` becomes `/path?x=1&silent=login_required&cid=…`. */
export function withOutcome(returnUrl: string, outcome: SilentOutcome, correlationId: string): string {
  const url = new URL(returnUrl, 'http://path.invalid');
  url.searchParams.set('silent', outcome);
  url.searchParams.set('cid', correlationId);
  return `${url.pathname}${url.search}${url.hash}`;
}
