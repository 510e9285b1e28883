import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { personOf } from '../authorize/find-account.js';

const { Check, Prompt } = interactionPolicy;

/** The authentication context of a sign-in with a second factor, as clients ask for it in `acr_values`. */
export const MFA_ACR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/** Stands in a session's `amr` once its second factor has been passed (RFC 8176 §2). */
export const MFA_AMR = 'mfa';

/**
 * Gives the question for the second factor: once per session, so that silent renewal of a session that has passed it goes
 * on. Silently it is `interaction_required`. A client can ask for it anew with `prompt=mfa`.
 */
export function mfaPrompt(): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'mfa', requestable: true },
    new Check('second_factor', 'the second factor has not been passed', isOpen),
  );
}

/** Says whether the person comes to a question for a second factor that they have not set up yet. */
export function mustEnrol(ctx: KoaContextWithOIDC): boolean {
  if (personOf(ctx)?.totpSecret !== null) return false;
  return isOpen(ctx) || ctx.oidc.promptPending('mfa');
}

function isOpen(ctx: KoaContextWithOIDC): boolean {
  return !hasPassed(ctx) && isNeeded(ctx);
}

function hasPassed({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.session?.amr?.includes(MFA_AMR) === true;
}

function isNeeded(ctx: KoaContextWithOIDC): boolean {
  const person = personOf(ctx);
  if (person === undefined) return false; // the question before this one is open
  return person.totpSecret !== null || person.mfaRequired || asksForMfa(ctx.oidc.params?.acr_values);
}

function asksForMfa(acrValues: unknown): boolean {
  return typeof acrValues === 'string' && acrValues.split(' ').includes(MFA_ACR);
}
