import { MFA_AMR } from '../mfa/mfa-prompt.js';
import type { BrowserSession } from '../sessions/browser-sessions.service.js';

/**
 * Says whether the sign-in would still ask something of a session that is open: it is, from the password on, before the
 * second factor has been given.
 */
export function isOpenToPolicy({ account, amr }: BrowserSession): boolean {
  const needsSecondFactor = account.totpSecret !== null || account.mfaRequired;
  return account.passwordExpired || (needsSecondFactor && !amr.includes(MFA_AMR));
}
