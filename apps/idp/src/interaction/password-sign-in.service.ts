import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Accounts } from '../account/accounts.service.js';
import { Audit } from '../audit/audit.service.js';
import type { Account } from '../generated/client.js';
import { DeviceCookies } from '../limits/device-cookie.js';
import { SignInLimits } from './sign-in-limits.js';

/** What somebody typed, and into which app they are on the way. */
export interface TypedPassword {
  readonly login: string;
  readonly password: string;
  readonly clientId?: string;
}

/** What came of it. `refused` has one face for all reasons, so that nobody learns who has an account. */
export type PasswordOutcome =
  | { readonly kind: 'accepted'; readonly account: Account }
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'too_many';
      /** seconds after which it is worth trying again, for Retry-After */
      readonly retryAfterS: number;
    };

/** The one place where a password is tried: limited, audited, and then the browser is remembered. */
@Injectable()
export class PasswordSignIn {
  private readonly logger = new Logger('sign_in');

  constructor(
    private readonly accounts: Accounts,
    private readonly limits: SignInLimits,
    private readonly devices: DeviceCookies,
    private readonly audit: Audit,
  ) {}

  /**
   * Tries a password, at sign-in or when a signed-in person must enter it again.
   *
   * @param reply gets the cookie that remembers the browser, after success
   * @throws the database's error when it is away: then nobody is let in
   */
  async attempt(typed: TypedPassword, request: FastifyRequest, reply: FastifyReply): Promise<PasswordOutcome> {
    const known = await this.accounts.findByLogin(typed.login);
    const admission = await this.limits.admit(typed.login, known?.sub, request);
    if (!admission.allowed) return { kind: 'too_many', retryAfterS: admission.retryAfterS };
    const account = await this.accounts.authenticate(typed.login, typed.password);
    const deed = { address: request.ip, ...(typed.clientId === undefined ? {} : { clientId: typed.clientId }) };
    if (account === undefined) {
      const reason = reasonOf(known);
      const whose = known === undefined ? { actor: 'unknown' } : { actor: known.sub, sub: known.sub };
      await this.audit.record({ action: 'sign_in.refused', ...whose, ...deed, detail: { reason } });
      this.logger.log(`sign_in.refused reason=${reason}`); // not the name: people type passwords there
      return { kind: 'refused' };
    }
    await admission.takeBack();
    await this.audit.record({ action: 'sign_in.accepted', actor: account.sub, sub: account.sub, ...deed });
    this.logger.log(`sign_in.accepted sub=${account.sub}`);
    this.devices.remember(request, reply, account.sub, 'password');
    return { kind: 'accepted', account };
  }
}

function reasonOf(account: Account | undefined): string {
  if (account === undefined) return 'unknown_name';
  return account.disabled ? 'account_disabled' : 'wrong_password';
}
