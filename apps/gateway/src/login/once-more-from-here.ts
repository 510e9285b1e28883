import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FrontEnd } from '../front-ends/front-end.js';
import { sendScriptPage } from '../http/script-page.js';
import type { SignInResult } from './sign-in.js';

const MARK = 'from=here';

/**
 * Whether an answer that came into a frame without our cookie may come with it when a page of this site asks for it. A `Lax`
 * cookie stays away from a redirect that has been to another site: Firefox counts that, Chromium does not (RFC 6265bis
 * §5.2). On https the cookie is `None`, so this is for plain http on loopback, once. Nothing has been used up.
 */
export function comesOnceMore(result: SignInResult, { url, headers }: FastifyRequest, { secure }: FrontEnd): boolean {
  const cookieStayedAway = result.kind === 'unknown_state' && !result.cookieCame;
  return cookieStayedAway && !secure && headers['sec-fetch-dest'] === 'iframe' && !url.endsWith(`&${MARK}`);
}

/** Sends the page that asks for the same answer again. Nothing of the request stands in it. */
export function sendOnceMore(reply: FastifyReply, { origin }: FrontEnd): void {
  const script = `location.replace(location.href + '&${MARK}');`;
  sendScriptPage(reply, { title: 'One moment', script, embedder: origin });
}
