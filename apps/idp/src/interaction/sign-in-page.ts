import { html } from '../page/html.js';
import { page } from '../page/page.js';

/** What the sign-in page shows. */
export interface SignInForm {
  /** where the form is posted */
  readonly action: string;
  readonly token: string;
  /** the app that asked, as people know it */
  readonly clientName: string;
  readonly login: string;
  /** why the last attempt did not succeed */
  readonly fault?: string;
}

/** Gives the sign-in page. The first field that needs typing has the focus. */
export function signInPage({ action, token, clientName, login, fault }: SignInForm): string {
  const wrong = fault !== undefined && html` aria-invalid="true" aria-describedby="fault"`;
  const focus = html` autofocus`;
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
      <p>to go on to <strong>${clientName}</strong></p>
      ${fault !== undefined && html`<p class="wrong" id="fault" role="alert">${fault}</p>`}
      <form method="post" action="${action}">
        <input type="hidden" name="token" value="${token}" />
        <label for="login">Name</label>
        <input
          id="login"
          name="login"
          value="${login}"
          required
          maxlength="200"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          ${wrong}${login === '' && focus}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          required
          maxlength="1024"
          autocomplete="current-password"
          ${wrong}${login !== '' && focus}
        />
        <button type="submit">Sign in</button>
      </form>`,
  );
}
