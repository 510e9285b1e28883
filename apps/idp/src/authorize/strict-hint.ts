import { errors, interactionPolicy } from 'oidc-provider';
import { settingsOf } from '../clients/client-settings.js';

const DESCRIPTION = "The use of the id_token_hint property requires the prompt value to be set as 'none'.";

/**
 * Refuses a hint in a request that may show pages, for clients that want it so: such a request would ask the person to sign
 * in, and come back as somebody else than the hint says.
 */
export function strictHintCheck(): interactionPolicy.Check {
  return new interactionPolicy.Check('strict_hint', DESCRIPTION, ({ oidc: { client, params, prompts } }) => {
    if (client === undefined || params?.id_token_hint === undefined || prompts.has('none')) return false;
    if (settingsOf(client).strict_hint) throw new errors.InvalidRequest(DESCRIPTION);
    return false;
  });
}
