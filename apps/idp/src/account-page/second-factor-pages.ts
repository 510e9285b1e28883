import { PASSWORD_MAX } from '../account/password-rules.js';
import { firstCodeFields, type PendingApp, setUpSteps } from '../mfa/enrolment-steps.js';
import { recoveryCodesPage } from '../mfa/recovery-codes-page.js';
import { fault, hiddenFields } from '../page/blocks.js';
import { html, type Html } from '../page/html.js';
import { page } from '../page/page.js';
import { ACCOUNT_PATH } from './account-client.js';
import { passwordField } from './password-field.js';

/** Where the pages of the second factor are. */
export const SECOND_FACTOR_PATH = `${ACCOUNT_PATH}/second-factor`;

/** What the pages of the second factor show. */
export interface SecondFactorForm {
  readonly token: string;
  readonly fault?: string | undefined;
}

/** Gives the page of a person who has no second factor. */
export function offPage({ token, fault: wrong }: SecondFactorForm): string {
  return framed(
    'Second factor: off',
    html`<p>
        With a second factor, whoever learns your password still can’t sign in as you: a code from an app on your phone
        is needed as well, once in each session.
      </p>
      ${fault(wrong)}
      <form method="post" action="${SECOND_FACTOR_PATH}/begin">
        ${hiddenFields({ token })} ${currentPassword(wrong)}
        <button type="submit">Set up a second factor</button>
      </form>`,
  );
}

/** Gives the page of a person who has a second factor. */
export function onPage({ token, fault: wrong }: SecondFactorForm, codesLeft: number): string {
  return framed(
    'Second factor: on',
    html`<p>
        You have <strong>${String(codesLeft)}</strong> unused recovery ${codesLeft === 1 ? 'code' : 'codes'}. New ones
        replace them. Without the second factor your account is less safe, and removing it signs you out everywhere.
      </p>
      ${fault(wrong)}
      <form method="post" action="${SECOND_FACTOR_PATH}/change">
        ${hiddenFields({ token })} ${currentPassword(wrong)}
        <button type="submit" name="deed" value="codes">New recovery codes</button>
        <button type="submit" name="deed" value="remove" class="danger">Remove the second factor</button>
      </form>`,
  );
}

/** Gives the page that sets an authenticator app up. */
export function setUpPage({ token, fault: wrong }: SecondFactorForm, app: PendingApp): string {
  return framed(
    'Set up a second factor',
    html`${fault(wrong)} ${setUpSteps(app)}
      <form method="post" action="${SECOND_FACTOR_PATH}/finish">
        ${hiddenFields({ token })} ${firstCodeFields(app, wrong !== undefined)}
        <button type="submit">Finish</button>
      </form>`,
  );
}

/** Gives the page that shows the recovery codes, this once. */
export function codesPage(codes: readonly string[], isNew: boolean): string {
  const hint = isNew ? 'From now on you are asked for a code, also when you go on from here.' : undefined;
  return recoveryCodesPage({ codes, goOnTo: ACCOUNT_PATH, label: 'To your account', hint });
}

function currentPassword(wrong: string | undefined): Html {
  const field = passwordField('current', { maxlength: PASSWORD_MAX, isWrong: wrong !== undefined, focus: true });
  return html`<label for="current">Your password</label> ${field}`;
}

function framed(title: string, body: Html): string {
  return page(
    title,
    html`<h1>${title}</h1>
      ${body}
      <p class="hint"><a href="${ACCOUNT_PATH}">Back to your account</a></p>`,
  );
}
