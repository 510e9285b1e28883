import { createHash } from 'node:crypto';

/** One step of the experiment, as the page shows it. */
export interface ShownStep {
  readonly title: string;
  readonly state: 'done' | 'now' | 'later';
  readonly notes: readonly string[];
}

/** What the person may do now. */
export interface ShownLink {
  readonly label: string;
  readonly href: string;
  readonly byItself: boolean;
  readonly newTab: boolean;
}

/** All that the page shows. */
export interface ShownGuide {
  readonly issuer: string;
  readonly version: number;
  readonly title: string;
  readonly text: string;
  readonly links: readonly ShownLink[];
  readonly steps: readonly ShownStep[];
  /** the entry for the configuration, at the end */
  readonly result: string | undefined;
}

const STYLE = [
  ':root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif;--edge:#8886;--soft:#8881;--good:#1c6b3c;--act:#1f5fbf;--on-act:#fff}',
  '@media(prefers-color-scheme:dark){:root{--good:#8fdcaa;--act:#8ab8ff;--on-act:#0d1b2e}}',
  '*{box-sizing:border-box}body{margin:0}main{max-width:46rem;margin:0 auto;padding:2rem 1.25rem;overflow-wrap:anywhere}',
  'h1{font-size:1.05rem;font-weight:600;margin:0 0 1rem;opacity:.8}h2{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}',
  'section{border:1px solid var(--edge);border-radius:.75rem;padding:1.25rem;background:var(--soft);margin-bottom:1.5rem}',
  'section p{margin:0 0 1rem}section p:last-child{margin:0}',
  'a{display:inline-block;margin:0 .5rem .5rem 0;padding:.55rem 1.1rem;border:1px solid var(--act);border-radius:.5rem;text-decoration:none;color:var(--act)}',
  'a.first{background:var(--act);color:var(--on-act)}a:hover,a:focus-visible{text-decoration:underline}',
  'ol{list-style:none;padding:0;margin:0}li{position:relative;padding:.35rem 0 .35rem 2rem}',
  'li::before{position:absolute;left:.25rem;content:"○";opacity:.6}li.done::before{content:"✓";color:var(--good);opacity:1}li.now::before{content:"●";color:var(--act);opacity:1}',
  'li.now strong{color:var(--act)}li.later strong{font-weight:400;opacity:.75}li ul{list-style:none;padding:0;margin:.15rem 0;font-size:.9rem}li li{padding:.05rem 0}li li::before{content:none}',
  'pre{overflow:auto;white-space:pre-wrap;padding:1rem;border:1px solid var(--edge);border-radius:.5rem;background:var(--soft);font-size:.85rem}',
].join('');
/** Loads the page again when there is something new, and only then. */
const SCRIPT =
  "setInterval(async()=>{try{const {version}=await(await fetch('/state')).json();" +
  "if(String(version)!==document.documentElement.dataset.version)location.replace('/')}catch{}},500)";

const sourceOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page loads nothing from anywhere, and runs nothing but its own lines. */
export const POLICY = [
  "default-src 'none'",
  `style-src ${sourceOf(STYLE)}`,
  `script-src ${sourceOf(SCRIPT)}`,
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join('; ');

/** Makes the page. A link that goes on by itself has the id `on`. */
export function guidePage({ issuer, version, title, text, links, steps, result }: ShownGuide): string {
  const onward = links.find(({ byItself }) => byItself);
  const refresh = onward === undefined ? '' : `<meta http-equiv="refresh" content="1;url=${escape(onward.href)}">`;
  return (
    `<!doctype html><html lang="en" data-version="${version}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">` +
    `${refresh}<title>${escape(title)}</title><style>${STYLE}</style></head><body><main>` +
    `<h1>Calibrating ${escape(issuer)}</h1>` +
    `<section aria-live="polite"><h2>${escape(title)}</h2><p>${escape(text)}</p>${links.length === 0 ? '' : `<p>${links.map(linkOf).join('')}</p>`}</section>` +
    (result === undefined ? '' : `<pre>${escape(result)}</pre>`) +
    `<ol>${steps.map(stepOf).join('')}</ol></main>${result === undefined ? `<script>${SCRIPT}</script>` : ''}</body></html>`
  );
}

function linkOf({ label, href, byItself, newTab }: ShownLink, index: number): string {
  const attributes = [
    byItself ? 'id="on"' : '',
    `href="${escape(href)}"`,
    index === 0 ? 'class="first"' : '',
    newTab ? 'target="_blank" rel="noopener noreferrer"' : '',
  ];
  return `<a ${attributes.filter((attribute) => attribute !== '').join(' ')}>${escape(label)}</a>`;
}

function stepOf({ title, state, notes }: ShownStep): string {
  const list = notes.length === 0 ? '' : `<ul>${notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>`;
  const current = state === 'now' ? ' aria-current="step"' : '';
  return `<li class="${state}"${current}><strong>${escape(title)}</strong>${list}</li>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
