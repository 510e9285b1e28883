import type Provider from 'oidc-provider';
import { currentSession } from '../adapter/current-session.js';
import type { RememberedAccounts } from '../interaction/remembered-accounts.js';

/** Lets browsers forget who signs out at them. Whoever is only replaced by another person stays remembered. */
export function forgetSignedOut(provider: Provider, remembered: RememberedAccounts): void {
  provider.on('end_session.success', ({ oidc }) => {
    const ends = currentSession()?.ends;
    if (ends?.kind === 'session' && !ends.switched) remembered.forget(oidc.cookies, ends.actor);
  });
}
