import { html, type Html } from '../page/html.js';
import { page } from '../page/page.js';
import { ACCOUNT_PATH } from './account-client.js';
import type { Farewell } from './goodbye.service.js';

/** Gives the page for a browser that comes back from the sign-in and is still nobody's. It leads nowhere by itself. */
export function notSignedInPage(): string {
  return withWayBack(
    'You are not signed in',
    html`The sign-in was not finished, or your browser did not keep its cookie.`,
    'Sign in',
  );
}

/** Gives the page for a form that was not on our page in this session. Nothing has changed. */
export function forgedPage(): string {
  return withWayBack(
    'The page was out of date',
    html`Nothing has been changed. Go back to your account and try again.`,
    'To your account',
  );
}

/** Gives the page for a session or an app that this person does not have, or has no more. */
export function unknownPage(): string {
  return withWayBack('That is not there any more', html`It may have ended in the meantime.`, 'To your account');
}

/** What a person is told who has lost their own session by a deed of their own. */
const FAREWELLS: Readonly<Record<Farewell, readonly [title: string, text: string]>> = {
  'signed-out': ['You are signed out everywhere', 'You can close this page.'],
  'password-changed': [
    'Your password has been changed',
    'You have been signed out everywhere. Sign in again with the new password.',
  ],
  'second-factor-removed': [
    'Your second factor has been removed',
    'You have been signed out everywhere. Sign in again with your password.',
  ],
};

/** Gives the page for a person who has just ended their own session as well. */
export function goodbyePage(why: Farewell): string {
  const [title, text] = FAREWELLS[why];
  return withWayBack(title, html`${text}`, 'Sign in again');
}

function withWayBack(title: string, text: Html, label: string): string {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>
      <a class="button" href="${ACCOUNT_PATH}">${label}</a>`,
  );
}
