import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { escapeHtml, sendHtml } from './html.js';
import type { PageLink } from './page.js';

/** A page that does one thing by script. */
export interface ScriptPage {
  readonly title: string;
  readonly script: string;
  /** for browsers that run no script */
  readonly link?: PageLink | undefined;
  /** the origin whose pages may embed it; nobody's when absent */
  readonly embedder?: string | undefined;
}

/** Sends a page whose one script is named by a nonce. It loads nothing, and only `embedder` may frame it. */
export function sendScriptPage(reply: FastifyReply, { title, script, link, embedder }: ScriptPage): void {
  const nonce = randomBytes(16).toString('base64');
  const way =
    link === undefined ? '' : `<p><a id="on" href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a></p>`;
  const body = `${way}<script nonce="${nonce}">${script}</script>`;
  sendHtml(reply, 200, { title, body, embedder, loads: `script-src 'nonce-${nonce}'` });
}

/**
 * Sends a page that goes on to `url` by itself, with a link for who runs no script. The next request comes from a page of this
 * site then, so a `SameSite=Strict` cookie goes with it, which a redirect from the IdP would not carry.
 */
export function sendOnByPage(reply: FastifyReply, url: string, embedder?: string): void {
  const script = `location.replace(${toScriptText(url)});`;
  sendScriptPage(reply, { title: 'One moment', script, link: { href: url, label: 'Go on' }, embedder });
}

/** JSON that can't end the script element it stands in. */
export function toScriptText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
