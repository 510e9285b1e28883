import { html, type Html } from '../page/html.js';

const WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** Gives a moment for people and for programs. In UTC: without a script nobody knows where the person is. */
export function moment(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${WORDS.format(at)} UTC</time>`;
}
