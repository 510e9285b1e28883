import type { KoaContextWithOIDC } from 'oidc-provider';
import { comesFromClient } from './comes-from-client.js';

/**
 * Says whether a logout request proves that it may end the session that the browser has here, so that nobody has to be
 * asked. A hint decides alone when there is one (RP-Initiated Logout §2).
 */
export function needsNoQuestion(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.entities.IdTokenHint === undefined ? comesFromClient(ctx) : namesThisSession(ctx);
}

/** Says whether the hint names the very session. The engine has verified the hint's signature and audience before. */
function namesThisSession({ oidc }: KoaContextWithOIDC): boolean {
  const hint = oidc.entities.IdTokenHint?.payload;
  const { client, session } = oidc;
  if (hint === undefined || client === undefined || session?.accountId === undefined) return false;
  const sid = session.authorizations?.[client.clientId]?.sid; // the engine's sidFor() would enter the client as one of ours
  return hint.sub === session.accountId && typeof hint.sid === 'string' && hint.sid === sid;
}
