import { SUBMIT_SCRIPT } from '../page/assets.js';
import { html, Html } from '../page/html.js';
import { page } from '../page/page.js';

/**
 * Gives the page that ends a session.
 *
 * @param form the engine's own form, which carries its token against forgery; its fields are the engine's
 * @param confirmed whether the request proved which session it means; the page then submits itself, and the button stays
 *   for browsers without scripts
 */
export function logoutPage(form: string, confirmed: boolean): string {
  const button = html`<button
    type="submit"
    form="op.logoutForm"
    name="logout"
    value="yes"
    autofocus${confirmed && html` data-submit`}
  >
    Sign out
  </button>`;
  if (confirmed) {
    return page(
      'Signing out',
      html`<h1>Signing out</h1>
        ${new Html(form)}${button}
        <script src="${SUBMIT_SCRIPT.path}" defer></script>`,
    );
  }
  return page(
    'Sign out?',
    html`<h1>Sign out?</h1>
      <p>You will be signed out of every app. To stay signed in, close this page.</p>
      ${new Html(form)}${button}`,
  );
}

/** Gives the page that is shown after the end, when there is no app to go back to. */
export function signedOutPage(): string {
  return page(
    'Signed out',
    html`<h1>You are signed out</h1>
      <p>You can close this page.</p>`,
  );
}
