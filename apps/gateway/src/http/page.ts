import type { FastifyReply } from 'fastify';
import { escapeHtml, sendHtml } from './html.js';

/** A way on from a page. */
export interface PageLink {
  readonly href: string;
  readonly label: string;
}

/** A small page of the gateway's own. */
export interface Page {
  readonly title: string;
  readonly text: string;
  readonly link: PageLink;
  /** another way on */
  readonly also?: PageLink | undefined;
  /** what the log names this sign-in by; whoever asks for help can tell it */
  readonly reference?: string | undefined;
}

/** Sends a small page of the gateway's own: for people who can't go on by themselves. Loads nothing, runs nothing. */
export function sendPage(reply: FastifyReply, status: number, { title, text, link, also, reference }: Page): void {
  const links = [link, ...(also === undefined ? [] : [also])]
    .map(({ href, label }) => `<p><a href="${escapeHtml(href)}">${escapeHtml(label)}</a></p>`)
    .join('');
  const small = reference === undefined ? '' : `<p><small>Reference: ${escapeHtml(reference)}</small></p>`;
  const body = `<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${links}${small}</main>`;
  sendHtml(reply, status, { title, body });
}

/** Sends the browser on with GET, whatever it came with. Nothing on the way is stored or told. */
export function sendOn(reply: FastifyReply, url: string): void {
  void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(url, 303);
}
