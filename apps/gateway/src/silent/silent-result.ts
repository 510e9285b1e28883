import type { FastifyReply } from 'fastify';
import type { SilentOutcome } from '#oidc';
import { sendScriptPage, toScriptText } from '../http/script-page.js';

/** Whom the outcome of a silent sign-in in a frame is told to, and what about. */
export interface SilentListener {
  /** origin of the embedding page */
  readonly origin: string;
  readonly rid: string | undefined;
  readonly correlationId: string;
}

/** What goes along with an outcome. */
export interface SilentDetail {
  /** a next attempt is worth while in so many seconds */
  readonly retryAfterS?: number | undefined;
  /** what `failed` was about, where it was the request itself or the browser */
  readonly reason?: 'bad_parameter' | 'cookies_blocked' | undefined;
}

/**
 * Sends the page that tells the embedding window, and nobody else, how the silent sign-in ended. It carries no token and
 * no identity: the receiver asks `/bff/user`.
 */
export function sendSilentResult(
  reply: FastifyReply,
  { origin, rid, correlationId }: SilentListener,
  outcome: SilentOutcome,
  { retryAfterS, reason }: SilentDetail = {},
): void {
  const isLoggedIn = outcome === 'signed_in';
  const message = {
    source: 'bff-silent-login',
    v: 1,
    isLoggedIn,
    ...(isLoggedIn ? {} : { error: outcome }),
    ...(rid === undefined ? {} : { rid }),
    correlationId,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    ...(reason === undefined ? {} : { reason }),
  };
  sendScriptPage(reply, {
    title: 'Silent sign-in',
    script: `window.parent.postMessage(${toScriptText(message)}, ${toScriptText(origin)});`,
    embedder: origin,
  });
}
