import { interactionPolicy } from 'oidc-provider';

/**
 * Gives the questions that may stand between a request and its answer, in order. Only `login` so far: consent is not
 * asked of the operator's own clients.
 */
export function signInPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  policy
    .get('login')
    ?.checks.add(
      new interactionPolicy.Check(
        'account_gone',
        'the account is gone',
        ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined,
      ),
    );
  return policy;
}
