import type { Account } from '../generated/client.js';

/** A person as operators see them: no password, no secret. */
export interface PersonView {
  readonly sub: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly disabled: boolean;
  readonly autoSignIn: boolean;
  /** whether a second factor is set up */
  readonly mfa: boolean;
  readonly mfaRequired: boolean;
  readonly passwordExpired: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Gives what operators may see of an account. */
export function personView(account: Account): PersonView {
  const { sub, login, name, email, emailVerified, disabled, autoSignIn, mfaRequired, passwordExpired } = account;
  const { totpSecret, createdAt, updatedAt } = account;
  return {
    ...{ sub, login, name, email, emailVerified, disabled, autoSignIn, mfaRequired, passwordExpired },
    ...{ mfa: totpSecret !== null, createdAt, updatedAt },
  };
}

/** A person who is to be written down. */
export interface NewPerson {
  /** undefined = one is made */
  readonly sub?: string | undefined;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified?: boolean | undefined;
  readonly password: string;
  readonly disabled?: boolean | undefined;
  readonly autoSignIn?: boolean | undefined;
  readonly mfaRequired?: boolean | undefined;
  readonly passwordExpired?: boolean | undefined;
}

/** What is to change about a person; what is undefined stays. */
export type PersonChanges = { readonly [K in keyof Omit<NewPerson, 'sub'>]?: NewPerson[K] | undefined };
