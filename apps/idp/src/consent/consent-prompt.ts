import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { giveAccess } from '../authorize/session-grant.js';
import { settingsOf } from '../clients/client-settings.js';
import { askedAccess, covers } from './access.js';
import type { Consents } from './consents.service.js';

const { Check, Prompt } = interactionPolicy;

/**
 * Gives the step before the question for consent. It asks nothing: it gives the client what nobody has to be asked for,
 * and only now, when everything else is settled.
 */
export function grantStep(consents: Consents): interactionPolicy.Prompt {
  const give = new Check('access_given', 'what needs no question is given', async (ctx) => {
    if (!ctx.oidc.promptPending('consent') && (await needsNoQuestion(ctx, consents))) {
      await giveAccess(ctx, askedAccess(ctx));
    }
    return Check.NO_NEED_TO_PROMPT;
  });
  return new Prompt({ name: 'grant' }, give);
}

/**
 * Fits the engine's question for consent to ours: it tells the page all that is asked for, and it is open for as long as
 * nothing is remembered, whatever a session may still have been given before.
 */
export function fitConsent(prompt: interactionPolicy.Prompt, consents: Consents): void {
  prompt.details = (ctx) => ({ access: askedAccess(ctx) });
  // An installed app is a client like others here: PKCE is asked of all, and redirect URIs are exact (RFC 8252 §8.6).
  prompt.checks.remove('native_client_prompt');
  prompt.checks.add(
    new Check(
      'not_remembered',
      'the person has not let the client have this',
      'consent_required',
      async (ctx) => !(await needsNoQuestion(ctx, consents)),
    ),
  );
}

/** What was found out for a request: both steps ask the same. */
const judged = new WeakMap<KoaContextWithOIDC['oidc'], Promise<boolean>>();

/** Says whether the client is the operator's own, or the person has let it have all this before. */
function needsNoQuestion(ctx: KoaContextWithOIDC, consents: Consents): Promise<boolean> {
  const answer = judged.get(ctx.oidc) ?? judge(ctx, consents);
  judged.set(ctx.oidc, answer);
  return answer;
}

async function judge(ctx: KoaContextWithOIDC, consents: Consents): Promise<boolean> {
  const { client, session } = ctx.oidc;
  if (client === undefined || session?.accountId === undefined) return false;
  if (settingsOf(client).first_party) return true;
  return covers(await consents.of(session.accountId, client.clientId), askedAccess(ctx));
}
