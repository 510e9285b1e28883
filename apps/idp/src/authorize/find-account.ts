import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import type { Accounts } from '../account/accounts.service.js';
import type { Account as Person } from '../generated/client.js';

/** The people behind the engine's accounts, whose type has no room for them. */
const people = new WeakMap<Account, Person>();

/**
 * Gives the engine a person and their claims; which of them are told is the engine's to decide, by scope. An account that
 * an operator has shut is nobody's, for sessions and tokens alike.
 */
export async function findAccount(accounts: Accounts, sub: string): Promise<Account | undefined> {
  const person = await accounts.find(sub);
  if (person === undefined || person.disabled) return undefined;
  const account = {
    accountId: person.sub,
    claims: () => ({
      sub: person.sub,
      name: person.name,
      preferred_username: person.login,
      email: person.email,
      email_verified: person.emailVerified,
    }),
  };
  people.set(account, person);
  return account;
}

/** Gives the person whose session the request came with, as their row is now; undefined when nobody is signed in. */
export function personOf({ oidc }: Pick<KoaContextWithOIDC, 'oidc'>): Person | undefined {
  return oidc.account === undefined ? undefined : people.get(oidc.account);
}
