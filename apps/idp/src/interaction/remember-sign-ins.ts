import type Provider from 'oidc-provider';
import type { RememberedAccounts } from './remembered-accounts.js';

/** Lets browsers remember who signs in at them. */
export function rememberSignIns(provider: Provider, remembered: RememberedAccounts): void {
  provider.on('interaction.ended', ({ oidc }) => {
    const sub = oidc.result?.login?.accountId;
    if (sub !== undefined) remembered.remember(oidc.cookies, sub);
  });
}
