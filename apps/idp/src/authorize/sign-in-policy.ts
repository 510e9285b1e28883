import { interactionPolicy } from 'oidc-provider';
import { fitConsent, grantStep } from '../consent/consent-prompt.js';
import type { Consents } from '../consent/consents.service.js';
import { mfaPrompt } from '../mfa/mfa-prompt.js';
import { passwordPrompt } from '../interaction/password-prompt.js';
import type { RememberedAccounts } from '../interaction/remembered-accounts.js';
import { selectAccountPrompt } from '../interaction/select-account-prompt.js';
import { loginChecks } from './login-checks.js';
import { strictHintCheck } from './strict-hint.js';
import { webMessageCheck } from './web-message.js';

/** What the policy asks. */
export interface PolicyParts {
  readonly consents: Consents;
  readonly remembered: RememberedAccounts;
}

/**
 * Gives the questions that may stand between a request and its answer, in order. The engine asks the first open one, or
 * answers a silent request with its error; so a later one relies on all before it.
 */
export function signInPolicy({ consents, remembered }: PolicyParts): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const [login, consent] = [policy.get('login'), policy.get('consent')];
  if (login === undefined || consent === undefined) throw new Error('the engine has no such prompt any more');
  for (const check of [webMessageCheck(), strictHintCheck(), ...loginChecks()]) login.checks.add(check);
  fitConsent(consent, consents);
  const between = [selectAccountPrompt(remembered), mfaPrompt(), passwordPrompt(), grantStep(consents)];
  between.forEach((prompt, at) => {
    policy.add(prompt, at + 1);
  });
  return policy;
}
