import type { Account } from 'oidc-provider';
import type { Accounts } from '../account/accounts.service.js';

/** Gives the engine a person and their claims; which of them are told is the engine's to decide, by scope. */
export async function findAccount(accounts: Accounts, sub: string): Promise<Account | undefined> {
  const account = await accounts.find(sub);
  if (account === undefined) return undefined;
  return {
    accountId: account.sub,
    claims: () => ({
      sub: account.sub,
      name: account.name,
      preferred_username: account.login,
      email: account.email,
      email_verified: account.emailVerified,
    }),
  };
}
