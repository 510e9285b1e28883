import { html } from './html.js';
import { page } from './page.js';

/** Gives the page for a request that can't be answered by sending the person back to the client. */
export function errorPage(error: string, description: string | undefined): string {
  return page(
    'This did not work',
    html`<h1>This did not work</h1>
      <p>Go back to the app that you came from and try again.</p>
      <p>${description}</p>
      <p><code>${error}</code></p>`,
  );
}

/** Gives the page for a sign-in that was begun too long ago, or in another browser. */
export function expiredPage(): string {
  return page(
    'This sign-in has expired',
    html`<h1>This sign-in has expired</h1>
      <p>Go back to the app that you came from and start again.</p>`,
  );
}
