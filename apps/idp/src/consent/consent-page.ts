import type { PageFrame } from '../interaction/interaction-pages.service.js';
import { fault, hiddenFields, list } from '../page/blocks.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';

/** What the page that asks for consent shows. */
export interface ConsentForm extends PageFrame {
  /** what the app gets, one line each */
  readonly lines: readonly string[];
  readonly personName: string;
  /** host that the browser goes on to, which a name can't fake */
  readonly host: string;
  readonly fault?: string | undefined;
}

/** Gives the page that asks whether an app may have what it asks for. */
export function consentPage(form: ConsentForm): string {
  const { action, token, clientName, lines, personName, host } = form;
  return page(
    'Allow access?',
    html`<h1>Allow access?</h1>
      ${fault(form.fault)}
      <p><strong>${clientName}</strong> wants to:</p>
      ${list(
        lines.map((line) => html`${line}`),
        'points',
      )}
      <p class="notice">
        You are signed in as <strong>${personName}</strong> and will go on to <strong>${host}</strong>. You can take
        this back on your account page.
      </p>
      <form method="post" action="${action}">
        ${hiddenFields({ token })}
        <button type="submit" name="decision" value="allow">Allow</button>
        <button type="submit" name="decision" value="deny" class="secondary">Don’t allow</button>
      </form>`,
  );
}
