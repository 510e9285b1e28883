import { codeField, firstCodeFields, type PendingApp, setUpSteps } from './enrolment-steps.js';
import { fault, hiddenFields } from '../page/blocks.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';
import type { PageFrame } from '../interaction/interaction-pages.service.js';

/** What the pages of the second factor show. */
export interface MfaForm extends PageFrame {
  readonly fault?: string | undefined;
}

/** Gives the page that asks for a code of the authenticator app. */
export function codePage({ action, token, clientName, fault: wrong }: MfaForm): string {
  return page(
    'Enter your code',
    html`<h1>Enter your code</h1>
      <p>from your authenticator app, to go on to <strong>${clientName}</strong></p>
      ${fault(wrong)}
      <form method="post" action="${action}">
        ${hiddenFields({ token })}
        <label for="code">Six-digit code</label>
        ${codeField(wrong !== undefined)}
        <button type="submit">Go on</button>
      </form>
      <p class="hint"><a href="${action}/recovery">Use a recovery code</a></p>`,
  );
}

/** Gives the page that asks for a recovery code, when the authenticator app is not at hand. */
export function recoveryPage({ action, token, clientName, fault: wrong }: MfaForm): string {
  return page(
    'Enter a recovery code',
    html`<h1>Enter a recovery code</h1>
      <p>one of those that you saved, to go on to <strong>${clientName}</strong>. Each works once.</p>
      ${fault(wrong)}
      <form method="post" action="${action}/recovery">
        ${hiddenFields({ token })}
        <label for="code">Recovery code</label>
        <input
          id="code"
          name="code"
          required
          maxlength="40"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          autofocus
          ${wrong !== undefined && html` aria-invalid="true" aria-describedby="fault"`}
        />
        <button type="submit">Go on</button>
      </form>
      <p class="hint"><a href="${action}">Use the authenticator app</a></p>`,
  );
}

/** Gives the page that sets an authenticator app up. */
export function enrolmentPage(form: MfaForm, app: PendingApp): string {
  return page(
    'Set up a second factor',
    html`<h1>Set up a second factor</h1>
      <p>Besides your password, <strong>${form.clientName}</strong> needs a code from an authenticator app.</p>
      ${fault(form.fault)} ${setUpSteps(app)}
      <form method="post" action="${form.action}">
        ${hiddenFields({ token: form.token })} ${firstCodeFields(app, form.fault !== undefined)}
        <button type="submit">Finish</button>
      </form>`,
  );
}
