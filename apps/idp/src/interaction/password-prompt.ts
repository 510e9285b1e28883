import { interactionPolicy } from 'oidc-provider';
import { personOf } from '../authorize/find-account.js';

const { Check, Prompt } = interactionPolicy;

/** Gives the question for a new password, of a person whose password has expired. */
export function passwordPrompt(): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'password' },
    new Check('password_expired', 'the password must be changed', (ctx) => personOf(ctx)?.passwordExpired === true),
  );
}
