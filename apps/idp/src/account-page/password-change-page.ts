import { PASSWORD_MAX, PASSWORD_MIN } from '../account/password-rules.js';
import { fault, hiddenFields } from '../page/blocks.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';
import { ACCOUNT_PATH } from './account-client.js';
import { passwordField } from './password-field.js';

/** Which field a fault is about. */
export type FaultyField = 'current' | 'password';

/** What the page for a new password shows. */
export interface PasswordChangeForm {
  readonly token: string;
  /** for password managers, which keep the new password under it */
  readonly login: string;
  readonly fault?: { readonly text: string; readonly of: FaultyField | undefined } | undefined;
}

/** Gives the page on which a person changes their password. */
export function passwordChangePage({ token, login, fault: wrong }: PasswordChangeForm): string {
  const isWrong = (field: FaultyField) => wrong?.of === field;
  const limits = { minlength: PASSWORD_MIN, maxlength: PASSWORD_MAX, autocomplete: 'new-password' } as const;
  return page(
    'Change your password',
    html`<h1>Change your password</h1>
      <p>You will be signed out everywhere, here too, and sign in again with the new password.</p>
      ${fault(wrong?.text)}
      <form method="post" action="${ACCOUNT_PATH}/password">
        ${hiddenFields({ token })}
        <input type="text" name="username" value="${login}" autocomplete="username" hidden />
        <label for="current">Current password</label>
        ${passwordField('current', { maxlength: PASSWORD_MAX, isWrong: isWrong('current'), focus: !isWrong('password') })}
        <label for="password">New password</label>
        ${passwordField('password', {
          ...limits,
          isWrong: isWrong('password'),
          focus: isWrong('password'),
          describedBy: 'rule',
        })}
        <p class="hint" id="rule">
          At least ${String(PASSWORD_MIN)} characters; not your name or e-mail address, and not the one of before.
        </p>
        <label for="again">The same again</label>
        ${passwordField('again', { ...limits, isWrong: isWrong('password') })}
        <button type="submit">Change the password</button>
      </form>
      <p class="hint"><a href="${ACCOUNT_PATH}">Back to your account</a></p>`,
  );
}
