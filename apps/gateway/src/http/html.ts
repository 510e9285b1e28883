import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** A small HTML document of the gateway's own. */
export interface SmallDocument {
  readonly title: string;
  /** HTML of the body; whatever is not ours in it has been through {@link escapeHtml} */
  readonly body: string;
  /** HTML of the head, beside the title */
  readonly head?: string;
  /** the origin whose pages may embed it; nobody's when absent */
  readonly embedder?: string | undefined;
  /** what it may load, beside nothing: a directive of a Content-Security-Policy */
  readonly loads?: string;
}

/** How all of them look, in light and in dark: text in the middle, ways on as buttons. */
const STYLE = [
  ':root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}',
  'body{margin:0;min-height:100vh;display:grid;place-items:center}',
  'main{box-sizing:border-box;width:min(34rem,100%);padding:2rem 1.5rem}',
  'h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem}',
  'ul{padding-left:1.25rem}',
  'a{display:inline-block;padding:.55rem 1.1rem;border:1px solid;border-radius:.5rem;text-decoration:none;color:LinkText}',
  'a:hover,a:focus-visible{text-decoration:underline}',
  'small{opacity:.8}',
].join('');
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Makes text safe to stand in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Sends a document that loads nothing but what it names, is stored nowhere, and tells nobody where it came from. */
export function sendHtml(
  reply: FastifyReply,
  status: number,
  { title, body, head = '', embedder, loads }: SmallDocument,
): void {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    'img-src data:', // the empty icon: Firefox asks for /favicon.ico else, and says on the console that it may not
    ...(loads === undefined ? [] : [loads]),
    `frame-ancestors ${embedder ?? "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  if (embedder !== undefined) void reply.removeHeader('x-frame-options'); // it can name no origin
  void reply
    .status(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('content-security-policy', policy.join('; '))
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">${head}<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`,
    );
}
