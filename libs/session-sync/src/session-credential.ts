import type { ExecutionContext } from '@nestjs/common';
import type { SessionClaim } from '#session';

/** Whose session a request comes with. */
export abstract class SessionCredential {
  /**
   * Gives what the request shows, verified; undefined when it shows nothing or nothing that is believed. What is known at
   * once may be given without a promise: the guard then does not wait.
   *
   * @throws SessionRefused `keys-unavailable` when that could not be found out
   */
  abstract claim(context: ExecutionContext): SessionClaim | undefined | Promise<SessionClaim | undefined>;
}

/** Makes the credential from parts that the module has. */
export type CredentialFactory = (parts: CredentialParts) => SessionCredential;

/** What a credential is made of. */
export interface CredentialParts {
  /** verifies an assertion of the gateway, or remembers that it has; undefined for what is not believed */
  readonly verified: (token: string) => SessionClaim | undefined | Promise<SessionClaim | undefined>;
  /** whether people of this issuer may come in */
  readonly trusts: (iss: string) => boolean;
}
