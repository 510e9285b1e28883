import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FrontEnd } from '../front-ends/front-end.js';
import { sendScriptPage } from '../http/script-page.js';
import type { SignInResult } from './sign-in.js';

/** A proxy may put parameters of its own behind it. */
const MARK = /[?&]from=here(?:&|$)/;
/** Only the query is named, so it stays at this address, and goes on without a fragment that the IdP has put there. */
export const ONCE_MORE = "location.replace(location.search + '&from=here');";

/**
 * Whether an answer that came into a frame without our cookie may come with it when a page of this site asks for it. A `Lax`
 * cookie stays away from a redirect that has been to another site: Firefox counts that, Chromium does not (RFC 6265bis
 * §5.2). On https the cookie is `None`, so this is for plain http on loopback, once. Nothing has been used up.
 */
export function comesOnceMore(
  result: SignInResult,
  { url, headers }: Pick<FastifyRequest, 'url' | 'headers'>,
  { secure }: Pick<FrontEnd, 'secure'>,
): boolean {
  const cookieStayedAway = result.kind === 'unknown_state' && !result.cookieCame;
  return cookieStayedAway && !secure && headers['sec-fetch-dest'] === 'iframe' && !MARK.test(url);
}

/** Sends the page that asks for the same answer again, to whoever may embed the silent sign-in. Nothing of the request stands in it. */
export function sendOnceMore(reply: FastifyReply, { embedding }: Pick<FrontEnd, 'embedding'>): void {
  sendScriptPage(reply, { title: 'One moment', script: ONCE_MORE, embedder: [...embedding].join(' ') });
}
