import { STYLE_SHEET } from './assets.js';
import { html, type Html } from './html.js';

/**
 * Headers of every page. Nothing may frame it (RFC 9700 §4.16), nothing inline runs, nothing is kept.
 *
 * The icon is an empty one: without it Firefox asks for `/favicon.ico`, which the policy refuses on its console.
 *
 * There is no `form-action`: browsers apply it to each redirect after the form as well, and those lead to the client and
 * wherever it sends the person next.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/**
 * Gives a whole page as text. Its first heading is the body's.
 *
 * @param width `wide` for pages with lists and tables
 */
export function page(title: string, body: Html, width: 'narrow' | 'wide' = 'narrow'): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${STYLE_SHEET.path}" />
      </head>
      <body>
        <main class="${width}">${body}</main>
      </body>
    </html>`.text;
}
