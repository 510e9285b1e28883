import { sha256 } from '../hashes.js';
import { STYLE } from './style.js';

const SUBMIT = `document.querySelector('button[data-submit]')?.click();
`;

/** A file that the pages load. */
export interface Asset {
  /** changes with the content, so that a browser may keep it for ever */
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** Gives a short text that is another when the content is another. */
export function versionOf(content: string): string {
  return sha256(content).toString('hex').slice(0, 12);
}

function asset(name: string, extension: string, type: string, body: string): Asset {
  return { path: `/assets/${name}-${versionOf(body)}.${extension}`, type, body };
}

/** The one style sheet of all pages, light and dark. */
export const STYLE_SHEET = asset('idp', 'css', 'text/css; charset=utf-8', STYLE);

/** Presses the page's button that is marked `data-submit`. A file, since the pages run no inline script. */
export const SUBMIT_SCRIPT = asset('submit', 'js', 'text/javascript; charset=utf-8', SUBMIT);
