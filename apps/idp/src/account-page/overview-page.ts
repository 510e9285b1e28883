import { ROUTES } from '../authorize/provider-configuration.js';
import type { Account } from '../generated/client.js';
import { actionForm, notice } from '../page/blocks.js';
import { html, type Html } from '../page/html.js';
import { page } from '../page/page.js';
import { ACCOUNT_PATH } from './account-client.js';
import type { AppAccess } from './app-words.js';
import { appsSection } from './apps-section.js';
import type { OwnSession } from './own-sessions.service.js';
import { sessionsSection } from './sessions-section.js';

/** What the account page shows. */
export interface Overview {
  readonly account: Account;
  readonly token: string;
  /** the session that is looking */
  readonly uid: string;
  readonly sessions: readonly OwnSession[];
  readonly apps: readonly AppAccess[];
  /** what came of the last deed */
  readonly notice: string | undefined;
}

/** Gives the account page: who I am, where I am signed in, what apps may do, and how I sign in. */
export function overviewPage(overview: Overview): string {
  const { account, token, notice: done } = overview;
  return page(
    'Your account',
    html`<h1>Your account</h1>
      <div class="row">
        <p><strong>${account.name}</strong><br />${account.email}, signs in as ${account.login}</p>
        <a class="button secondary" href="${ROUTES.end_session}">Sign out here</a>
      </div>
      ${done !== undefined && notice(done, 'good')} ${sessionsSection(overview)} ${appsSection(overview)}
      ${automaticSection(account, token)} ${secretsSection(account)}`,
    'wide',
  );
}

function automaticSection({ autoSignIn }: Account, token: string): Html {
  const action = `${ACCOUNT_PATH}/automatic`;
  const state = autoSignIn
    ? html`<strong>On.</strong> While you are signed in here, apps that you have used can sign you in without asking
        you, also unseen in the background.`
    : html`<strong>Off.</strong> You are asked each time before an app signs you in. Apps can’t do it unseen in the
        background, so some may sign you out more often.`;
  return html`<section aria-labelledby="automatic">
    <h2 id="automatic">Automatic sign-in</h2>
    <p>${state}</p>
    ${actionForm({
      action,
      token,
      label: autoSignIn ? 'Ask me each time' : 'Sign me in automatically',
      look: 'secondary',
      fields: { wanted: autoSignIn ? 'off' : 'on' },
      inline: true,
    })}
  </section>`;
}

function secretsSection({ totpSecret }: Account): Html {
  return html`<section aria-labelledby="secrets">
    <h2 id="secrets">How you sign in</h2>
    <div class="row">
      <p>Password</p>
      <a class="button secondary" href="${ACCOUNT_PATH}/password">Change the password</a>
    </div>
    <div class="row">
      <p>
        Second factor
        ${totpSecret === null ? html`<span class="badge">Off</span>` : html`<span class="badge">On</span>`}
      </p>
      <a class="button secondary" href="${ACCOUNT_PATH}/second-factor"
        >${totpSecret === null ? 'Set up a second factor' : 'Change the second factor'}</a
      >
    </div>
  </section>`;
}
