import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#session';
import { openTotpSecret, sealTotpSecret } from '../account/authenticator-secret.js';
import { Audit } from '../audit/audit.service.js';
import { SessionEndings } from '../endings/session-endings.service.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { PendingSecrets } from './pending-secrets.js';
import { newRecoveryCodes, recoveryHash } from './recovery-codes.js';
import { looksLikeTotp, newTotpSecret, stepOf, withoutSpace } from './totp.js';

/** What proved the person. */
export type Proof = 'totp' | 'recovery_code';

/** What came of setting an authenticator app up. */
export type Enrolment =
  /** the recovery codes are shown this once */
  | { readonly kind: 'enrolled'; readonly recoveryCodes: readonly string[] }
  | { readonly kind: 'wrong_code' }
  /** the page is too old, not this person's, or there is a second factor by now */
  | { readonly kind: 'stale' };

/** What is known of a deed, for the audit. */
export interface DeedContext {
  readonly address?: string;
  readonly clientId?: string;
}

/** The second factor of people: an authenticator app (RFC 6238) and recovery codes for when it is lost. */
@Injectable()
export class SecondFactor {
  private readonly logger = new Logger('mfa');

  constructor(
    private readonly prisma: PrismaClient,
    private readonly pending: PendingSecrets,
    private readonly endings: SessionEndings,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * Says what a code proves; each works once, also when two requests bring it at the same instant. Does not count tries:
   * `MfaLimits` does.
   *
   * @returns undefined when it proves nothing
   */
  async verify(sub: string, typed: string, context: DeedContext = {}): Promise<Proof | undefined> {
    const proof = looksLikeTotp(typed)
      ? (await this.useTotp(sub, withoutSpace(typed))) && 'totp'
      : (await this.useRecoveryCode(sub, typed)) && 'recovery_code';
    if (proof === false) {
      await this.audit.record({ action: 'mfa.refused', actor: sub, sub, ...context });
      this.logger.log(`mfa.refused sub=${sub}`);
      return undefined;
    }
    await this.audit.record({ action: 'mfa.accepted', actor: sub, sub, ...context, detail: { by: proof } });
    return proof;
  }

  /**
   * Begins to set an authenticator app up. Nothing is kept here: `sealed` goes into the page's form and comes back.
   *
   * @param place what the page belongs to, such as an interaction's uid; it can be finished nowhere else
   */
  beginEnrolment(sub: string, place: string): { readonly secret: string; readonly sealed: string } {
    const secret = newTotpSecret();
    return { secret, sealed: this.pending.seal(sub, place, secret) };
  }

  /** Gives the secret of a page again, to show it once more; undefined when it is not of this person and place. */
  pendingSecret(sub: string, place: string, sealed: string): string | undefined {
    return this.pending.open(sub, place, sealed);
  }

  /** Takes the app into use when it shows a right code. Never replaces one that is in use. */
  async finishEnrolment(
    sub: string,
    { place, sealed, code }: { readonly place: string; readonly sealed: string; readonly code: string },
    context: DeedContext = {},
  ): Promise<Enrolment> {
    const secret = this.pending.open(sub, place, sealed);
    if (secret === undefined) return { kind: 'stale' };
    const step = stepOf(secret, withoutSpace(code), this.clock.now());
    if (step === undefined) return { kind: 'wrong_code' };
    const enrolment = await this.prisma.$transaction(async (tx): Promise<Enrolment> => {
      const { count } = await tx.account.updateMany({
        where: { sub, totpSecret: null },
        data: { totpSecret: sealTotpSecret(this.pending.cipher, sub, secret), totpLastStep: step },
      });
      if (count === 0) return { kind: 'stale' };
      const recoveryCodes = await this.replaceCodes(sub, tx);
      await this.audit.record({ action: 'mfa.enrolled', actor: sub, sub, ...context }, tx);
      return { kind: 'enrolled', recoveryCodes };
    });
    if (enrolment.kind === 'enrolled') this.logger.log(`mfa.enrolled sub=${sub}`);
    return enrolment;
  }

  /** Gives a person new recovery codes, this once; the old ones work no more. */
  async newRecoveryCodes(sub: string, context: DeedContext = {}): Promise<readonly string[]> {
    return this.prisma.$transaction(async (tx) => {
      const codes = await this.replaceCodes(sub, tx);
      await this.audit.record({ action: 'mfa.recovery_codes_renewed', actor: sub, sub, ...context }, tx);
      return codes;
    });
  }

  /** Says how many recovery codes a person can still use. */
  async recoveryCodesLeft(sub: string): Promise<number> {
    return this.prisma.recoveryCode.count({ where: { sub, usedAt: null } });
  }

  /**
   * Takes the second factor away and ends all sessions of the person, offline grants too.
   *
   * @param actor the person's own sub, or `operator`
   * @returns false when there was none
   */
  async reset(sub: string, actor: string, context: DeedContext = {}): Promise<boolean> {
    const wasSet = await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.account.updateMany({
        where: { sub, totpSecret: { not: null } },
        data: { totpSecret: null, totpLastStep: null },
      });
      if (count === 0) return false;
      await tx.recoveryCode.deleteMany({ where: { sub } });
      await this.audit.record({ action: 'mfa.reset', actor, sub, ...context }, tx);
      return true;
    });
    if (!wasSet) return false;
    this.logger.log(`mfa.reset sub=${sub} by=${actor}`);
    await this.endings.endAllOf(sub, { cause: 'mfa_reset', actor, offlineToo: true });
    return true;
  }

  private async useTotp(sub: string, code: string): Promise<boolean> {
    const account = await this.prisma.account.findUnique({ where: { sub } });
    if (account?.totpSecret == null) return false;
    const { totpSecret } = account;
    const step = stepOf(openTotpSecret(this.pending.cipher, sub, totpSecret), code, this.clock.now());
    if (step === undefined) return false;
    // One statement says that the code was not used and that it is now.
    const { count } = await this.prisma.account.updateMany({
      where: { sub, totpSecret, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
      data: { totpLastStep: step },
    });
    return count === 1;
  }

  private async useRecoveryCode(sub: string, typed: string): Promise<boolean> {
    const { count } = await this.prisma.recoveryCode.updateMany({
      where: { sub, hash: recoveryHash(sub, typed), usedAt: null },
      data: { usedAt: this.clock.now() },
    });
    return count === 1;
  }

  private async replaceCodes(sub: string, tx: Prisma.TransactionClient): Promise<readonly string[]> {
    const codes = newRecoveryCodes();
    await tx.recoveryCode.deleteMany({ where: { sub } });
    await tx.recoveryCode.createMany({ data: codes.map((code) => ({ sub, hash: recoveryHash(sub, code) })) });
    return codes;
  }
}
