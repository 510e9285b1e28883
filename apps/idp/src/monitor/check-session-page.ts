import type { CookieAttributes } from '../authorize/cookies.js';
import { html } from '../page/html.js';
import { CHECK_SESSION_SCRIPT } from './check-session-script.js';

/**
 * Gives the page that clients frame to watch the session. It shows nothing.
 *
 * @param sameSite of the cookie that its script reads
 */
export function checkSessionPage(sameSite: CookieAttributes['sameSite']): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Session status</title>
        <script src="${CHECK_SESSION_SCRIPT.path}" data-same-site="${sameSite}" defer></script>
      </head>
      <body></body>
    </html>`.text;
}

/**
 * Gives the page's headers. It is made to be framed; nobody can click on anything there.
 *
 * @param ancestors the origins that may frame it; undefined when it can't be known who the client is, which the standard
 *   protocol says only in each message
 */
export function checkSessionHeaders(ancestors: readonly string[] | undefined): Readonly<Record<string, string>> {
  const framing = ancestors === undefined ? '' : `; frame-ancestors ${ancestors.join(' ') || "'none'"}`;
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'${framing}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}
