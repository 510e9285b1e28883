import { createHash } from 'node:crypto';

const STYLE = `:root {
  color-scheme: light dark;
  --page: #eef1f5; --card: #fff; --text: #1b2430; --quiet: #5a6675; --line: #8b96a5;
  --act: #1f5fbf; --on-act: #fff; --wrong: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1c222b; --text: #e8edf3; --quiet: #a3afbe; --line: #6b7787;
    --act: #8ab8ff; --on-act: #0d1b2e; --wrong: #ff9d94;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif;
}
main { width: 100%; max-width: 24rem; padding: 2rem; border-radius: .75rem; background: var(--card); overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; }
p { margin: .25rem 0 1rem; color: var(--quiet); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input {
  width: 100%; padding: .65rem .75rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .4rem;
}
button {
  width: 100%; margin-top: 1.5rem; padding: .7rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-act); background: var(--act); border: 0; border-radius: .4rem;
}
input:focus-visible, button:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.wrong { margin: 1rem 0 0; color: var(--wrong); font-weight: 600; }
code { font-size: .875rem; }
`;

const SUBMIT = `document.querySelector('button[data-submit]')?.click();
`;

/** A file that the pages load. */
export interface Asset {
  /** changes with the content, so that a browser may keep it for ever */
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

function asset(name: string, extension: string, type: string, body: string): Asset {
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/assets/${name}-${version}.${extension}`, type, body };
}

/** The one style sheet of all pages, light and dark. */
export const STYLE_SHEET = asset('idp', 'css', 'text/css; charset=utf-8', STYLE);

/** Presses the page's button that is marked `data-submit`. A file, since the pages run no inline script. */
export const SUBMIT_SCRIPT = asset('submit', 'js', 'text/javascript; charset=utf-8', SUBMIT);
