import { fault, hiddenFields } from '../page/blocks.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';
import type { PageFrame } from './interaction-pages.service.js';

/** What the sign-in page shows. */
export interface SignInForm extends PageFrame {
  readonly login: string;
  /** why the last attempt did not succeed */
  readonly fault?: string | undefined;
}

/** Gives the sign-in page. The first field that needs typing has the focus. */
export function signInPage({ action, token, clientName, login, fault: wrong }: SignInForm): string {
  const marks = wrong !== undefined && html` aria-invalid="true" aria-describedby="fault"`;
  const focus = html` autofocus`;
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
      <p>to go on to <strong>${clientName}</strong></p>
      ${fault(wrong)}
      <form method="post" action="${action}">
        ${hiddenFields({ token })}
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
          ${marks}${login === '' && focus}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          required
          maxlength="1024"
          autocomplete="current-password"
          ${marks}${login !== '' && focus}
        />
        <button type="submit">Sign in</button>
      </form>`,
  );
}
