import { PASSWORD_MAX, PASSWORD_MIN } from '../account/password-rules.js';
import { fault, hiddenFields } from '../page/blocks.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';
import type { PageFrame } from './interaction-pages.service.js';

/** What the page for a new password shows. */
export interface PasswordForm extends PageFrame {
  /** for password managers, which keep the new password under it */
  readonly login: string;
  readonly fault?: string | undefined;
}

/** Gives the page that asks for a new password, twice. */
export function passwordPage({ action, token, clientName, login, fault: wrong }: PasswordForm): string {
  const marks = wrong !== undefined && html` aria-invalid="true"`;
  const described = wrong === undefined ? 'rule' : 'fault rule';
  const limits = html`type="password" required minlength="${String(PASSWORD_MIN)}" maxlength="${String(PASSWORD_MAX)}"`;
  return page(
    'Choose a new password',
    html`<h1>Choose a new password</h1>
      <p>Your password has expired. Choose a new one to go on to <strong>${clientName}</strong>.</p>
      ${fault(wrong)}
      <form method="post" action="${action}">
        ${hiddenFields({ token })}
        <input type="text" name="username" value="${login}" autocomplete="username" hidden />
        <label for="password">New password</label>
        <input
          id="password"
          name="password"
          autocomplete="new-password"
          aria-describedby="${described}"
          autofocus
          ${limits}${marks}
        />
        <p class="hint" id="rule">
          At least ${String(PASSWORD_MIN)} characters; not your name or e-mail address, and not the one of before.
        </p>
        <label for="again">The same again</label>
        <input id="again" name="again" autocomplete="new-password" ${limits}${marks} />
        <p class="hint">You will be signed out everywhere else.</p>
        <button type="submit">Change the password</button>
      </form>`,
  );
}
