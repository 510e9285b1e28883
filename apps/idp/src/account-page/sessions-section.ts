import { actionForm, list } from '../page/blocks.js';
import { html, type Html } from '../page/html.js';
import { ACCOUNT_PATH } from './account-client.js';
import { moment } from './moment.js';
import type { Overview } from './overview-page.js';
import type { OwnSession } from './own-sessions.service.js';

/** Gives the part of the account page that says where the person is signed in. */
export function sessionsSection({ sessions, uid, token }: Overview): Html {
  const others = sessions.filter((session) => session.uid !== uid);
  const own = sessions.filter((session) => session.uid === uid);
  return html`<section aria-labelledby="sessions">
    <h2 id="sessions">Where you are signed in</h2>
    <p>If you don’t know one of these, sign it out and change your password.</p>
    ${list([...own.map((session) => ownItem(session)), ...others.map((session) => item(session, token))])}
    <div class="row">
      ${others.length > 0 && signOut('others', 'Sign out everywhere else', token)}
      ${signOut('all', 'Sign out everywhere', token)}
    </div>
  </section>`;
}

function ownItem(session: OwnSession): Html {
  return html`<div class="row">${wordsOf(session, html`<span class="badge">This device</span>`)}</div>`;
}

function item(session: OwnSession, token: string): Html {
  return html`<div class="row">
    ${wordsOf(session)}
    ${actionForm({
      action: `${ACCOUNT_PATH}/sessions/end`,
      token,
      label: 'Sign out',
      says: `Sign out ${session.device}${session.address === '' ? '' : ` at ${session.address}`}`,
      look: 'danger',
      fields: { session: session.uid },
      inline: true,
    })}
  </div>`;
}

function wordsOf({ device, address, signedInAt, endsAt, apps }: OwnSession, badge?: Html): Html {
  return html`<div>
    <p><strong>${device}</strong> ${badge}</p>
    <p>
      ${signedInAt !== undefined && html`Signed in ${moment(signedInAt)}`}${address !== '' && ` from ${address}`}<br />
      Lasts until ${moment(endsAt)} if it is not used again
    </p>
    <p>${apps.length === 0 ? 'No apps yet' : `Apps: ${apps.join(', ')}`}</p>
  </div>`;
}

function signOut(which: 'others' | 'all', label: string, token: string): Html {
  const action = `${ACCOUNT_PATH}/sessions/end-${which}`;
  return actionForm({ action, token, label, look: 'danger', inline: true });
}
