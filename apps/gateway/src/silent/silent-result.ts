import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { SilentOutcome } from '#oidc';
import type { LoginTransaction } from '#session';

/**
 * Sends the page that tells the embedding window, and nobody else, how the silent sign-in ended. It carries no token and
 * no identity: the receiver asks `/bff/user`.
 */
export function sendSilentResult(reply: FastifyReply, transaction: LoginTransaction, outcome: SilentOutcome): void {
  const origin = transaction.frontEnd; // the embedding page is the front end's own
  const isLoggedIn = outcome === 'signed_in';
  const message = {
    source: 'bff-silent-login',
    v: 1,
    isLoggedIn,
    ...(isLoggedIn ? {} : { error: outcome }),
    ...(transaction.rid === undefined ? {} : { rid: transaction.rid }),
  };
  const nonce = randomBytes(16).toString('base64');
  const script = `window.parent.postMessage(${toScriptText(message)}, ${toScriptText(origin)});`;
  void reply
    .status(200)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      `default-src 'none'; script-src 'nonce-${nonce}'; frame-ancestors ${origin}; base-uri 'none'`,
    )
    .removeHeader('x-frame-options')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Silent sign-in</title></head><body><script nonce="${nonce}">${script}</script></body></html>`,
    );
}

/** JSON that can't end the script element it stands in. */
function toScriptText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
