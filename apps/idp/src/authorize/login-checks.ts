import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { mustEnrol } from '../mfa/mfa-prompt.js';
import { personOf } from './find-account.js';

const { Check } = interactionPolicy;

/** A check that is added to a prompt of the engine must say its error; otherwise it is `interaction_required`. */
const ERROR = 'login_required';

/** Gives our own reasons why somebody must sign in, besides the engine's. */
export function loginChecks(): readonly interactionPolicy.Check[] {
  return [
    new Check(
      'account_gone',
      'the account is gone, or was shut',
      ERROR,
      ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined,
    ),
    new Check(
      'automatic_sign_in_off',
      'the person does not want to be signed in without being asked',
      ERROR,
      (ctx) => isSilent(ctx) && personOf(ctx)?.autoSignIn === false,
    ),
    new Check(
      'another_account',
      'the person wants to use another account',
      ERROR,
      ({ oidc: { result } }) => result?.another_account !== undefined && result.login === undefined,
    ),
    new Check(
      'password_unproven',
      'whoever changes an expired password must know it',
      ERROR,
      // Silently it is the password prompt that answers: the person is signed in, but can't go on without a page.
      (ctx) => !isSilent(ctx) && personOf(ctx)?.passwordExpired === true && ctx.oidc.result?.login === undefined,
    ),
    new Check(
      'enrolment_unproven',
      'whoever sets a second factor up must know the password',
      (ctx) => !isSilent(ctx) && mustEnrol(ctx) && ctx.oidc.result?.login === undefined,
    ),
  ];
}

function isSilent({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.prompts.has('none');
}
