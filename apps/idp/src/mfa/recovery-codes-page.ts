import { all } from '../page/blocks.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';

/** What the page of the recovery codes shows. */
export interface RecoveryCodes {
  readonly codes: readonly string[];
  /** where the person goes on to, and what that is called on the button */
  readonly goOnTo: string;
  readonly label: string;
  /** what else there is to know */
  readonly hint?: string | undefined;
}

/** Gives the page that shows the recovery codes, this once. */
export function recoveryCodesPage({ codes, goOnTo, label, hint }: RecoveryCodes): string {
  return page(
    'Save your recovery codes',
    html`<h1>Save your recovery codes</h1>
      <p>Each of them stands in for the authenticator app once, should you lose it. They are not shown again.</p>
      <ul class="codes">
        ${all(codes.map((code) => html`<li><code>${code}</code></li>`))}
      </ul>
      ${hint !== undefined && html`<p class="hint">${hint}</p>`}
      <form method="get" action="${goOnTo}">
        <label class="choice"><input type="checkbox" required /> I have saved them</label>
        <button type="submit">${label}</button>
      </form>`,
  );
}
