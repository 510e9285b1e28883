import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { personOf } from '../authorize/find-account.js';
import { mustSelect } from './must-select.js';
import type { RememberedAccounts } from './remembered-accounts.js';

const { Check, Prompt } = interactionPolicy;

/** Gives the question whose account is meant. A sign-in or a choice in the same request settles it. */
export function selectAccountPrompt(remembered: RememberedAccounts): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'select_account', requestable: true },
    new Check(
      'automatic_sign_in_off',
      'the person wants to be asked',
      (ctx) => !isSettled(ctx) && personOf(ctx)?.autoSignIn === false,
    ),
    new Check('several_people', 'several people use this browser', (ctx) => {
      const { session, client, cookies, entities } = ctx.oidc;
      return (
        !isSettled(ctx) &&
        mustSelect({
          current: session?.accountId,
          remembered: remembered.of(cookies),
          isKnown: client !== undefined && session?.authorizations?.[client.clientId]?.sid !== undefined,
          hinted: entities.IdTokenHint?.payload.sub,
        })
      );
    }),
  );
}

function isSettled({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.result?.select_account !== undefined;
}
