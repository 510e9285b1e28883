import { actionForm, list } from '../page/blocks.js';
import { html, type Html } from '../page/html.js';
import { ACCOUNT_PATH } from './account-client.js';
import type { AppAccess } from './app-words.js';
import { moment } from './moment.js';
import type { Overview } from './overview-page.js';

/** Gives the part of the account page that says what apps may have of the person. */
export function appsSection({ apps, token }: Overview): Html {
  return html`<section aria-labelledby="apps">
    <h2 id="apps">Apps with access</h2>
    <p>
      ${
        apps.length === 0
          ? 'You have given no app access to your details.'
          : 'An app that loses its access is signed out, and must ask you again.'
      }
    </p>
    ${list(apps.map((app) => item(app, token)))}
  </section>`;
}

function item({ clientId, name, lines, since, isOffline }: AppAccess, token: string): Html {
  return html`<div class="row">
      <p>
        <strong>${name}</strong> ${isOffline && html`<span class="badge">Also while you are away</span>`}
        ${since !== undefined && html`<br />since ${moment(since)}`}
      </p>
      ${actionForm({
        action: `${ACCOUNT_PATH}/apps/withdraw`,
        token,
        label: 'Take access away',
        says: `Take access away from ${name}`,
        look: 'danger',
        fields: { client: clientId },
        inline: true,
      })}
    </div>
    ${list(
      lines.map((line) => html`${line}`),
      'points',
    )}`;
}
