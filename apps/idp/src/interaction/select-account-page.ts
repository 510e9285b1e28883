import { fault, hiddenFields } from '../page/blocks.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';
import type { PageFrame } from './interaction-pages.service.js';

/** What the page for choosing the account shows. */
export interface SelectAccountForm extends PageFrame {
  /** who is signed in */
  readonly personName: string;
  readonly personLogin: string;
  readonly fault?: string | undefined;
}

/** Gives the page that asks whose account is meant. */
export function selectAccountPage(form: SelectAccountForm): string {
  const { action, token, clientName, personName, personLogin } = form;
  return page(
    'Choose an account',
    html`<h1>Choose an account</h1>
      <p>to go on to <strong>${clientName}</strong></p>
      ${fault(form.fault)}
      <p>You are signed in as <strong>${personName}</strong> (${personLogin}).</p>
      <form method="post" action="${action}">
        ${hiddenFields({ token })}
        <button type="submit" name="choice" value="continue" autofocus>Continue as ${personName}</button>
        <button type="submit" name="choice" value="another" class="secondary">Use another account</button>
      </form>`,
  );
}
