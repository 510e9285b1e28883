import type { Lab } from './lab.js';
import { silently } from './visits.js';
import type { WayOn } from './guide.js';

const SIGNED_OUT = ['login_required', 'interaction_required'];

/**
 * Has the person sign out at the IdP, until the browser's `prompt=none` shows that it is so. Nothing of ours is revoked.
 *
 * @param stillThere called when the session turns out to be alive: what was taken for its end until then was none
 * @returns the error that `prompt=none` brought, or `page_shown` where the person says that the sign-in page came
 */
export async function untilSignedOut(lab: Lab, idToken: string | undefined, stillThere: () => void): Promise<string> {
  const leave = await signOutLink(lab, idToken);
  let before = '';
  for (;;) {
    const { way, said } = silently(lab, 'I have signed out');
    const page = pageShown();
    lab.guide.show({
      title: 'Sign out at the IdP',
      text: `${before}Sign out there, in a new tab, then come back to this page and say so.`,
      ways: [...leave, way, page.way],
    });
    const answer = await Promise.race([said, page.shown]);
    if (SIGNED_OUT.includes(answer) || answer === 'page_shown') return answer;
    before =
      answer === 'signed_in'
        ? 'You are still signed in at the IdP. '
        : `The IdP said ${answer}, which does not show that you have signed out. `;
    lab.guide.note(before.trim());
    stillThere();
  }
}

async function signOutLink({ client }: Lab, idToken: string | undefined): Promise<readonly WayOn[]> {
  const { endSessionEndpoint } = await client.metadata();
  if (endSessionEndpoint === undefined) return [];
  const url = new URL(endSessionEndpoint);
  url.searchParams.set('client_id', client.clientId);
  if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
  return [{ label: 'Sign out at the IdP', to: () => url.href, newTab: true }];
}

/** Some IdPs answer `prompt=none` with their sign-in page instead of an error. */
function pageShown() {
  let tell: (answer: string) => void;
  const shown = new Promise<string>((resolve) => (tell = resolve));
  const to = () => {
    tell('page_shown');
    return '/';
  };
  return { way: { label: 'I said so, and the IdP showed its sign-in page', to }, shown };
}
