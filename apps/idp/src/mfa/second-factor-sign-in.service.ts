import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DeviceCookies } from '../limits/device-cookie.js';
import { MfaLimits } from './mfa-limits.js';
import { SecondFactor } from './second-factor.service.js';

/** What came of a code. */
export type CodeOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'too_many';
      /** seconds after which it is worth trying again, for Retry-After */
      readonly retryAfterS: number;
    };

/** The one place where a code of a second factor is tried: limited, audited, and then the browser is remembered. */
@Injectable()
export class SecondFactorSignIn {
  constructor(
    private readonly factor: SecondFactor,
    private readonly limits: MfaLimits,
    private readonly devices: DeviceCookies,
  ) {}

  /**
   * Tries a code of the authenticator app, or a recovery code, of somebody whose password was right.
   *
   * @param reply gets the cookie that remembers the browser, after success
   * @throws the database's error when it is away: then nobody is let in
   */
  async attempt(
    { sub, code, clientId }: { readonly sub: string; readonly code: string; readonly clientId?: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<CodeOutcome> {
    const admission = await this.limits.admit(sub, request);
    if (!admission.allowed) return { kind: 'too_many', retryAfterS: admission.retryAfterS };
    const context = { address: request.ip, ...(clientId === undefined ? {} : { clientId }) };
    if ((await this.factor.verify(sub, code, context)) === undefined) return { kind: 'refused' };
    await admission.takeBack();
    this.remember(sub, request, reply);
    return { kind: 'accepted' };
  }

  /** Remembers that this person has passed, or just set up, their second factor in this browser. */
  remember(sub: string, request: FastifyRequest, reply: FastifyReply): void {
    this.devices.remember(request, reply, sub, 'second_factor');
  }
}
