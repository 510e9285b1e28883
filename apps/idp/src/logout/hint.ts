import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * Says whether the hint of a logout request names the very session that the browser has at the IdP, so that nobody has to
 * be asked (RP-Initiated Logout §2). The engine has verified the hint's signature and audience before.
 */
export function namesThisSession({ oidc }: KoaContextWithOIDC): boolean {
  const hint = oidc.entities.IdTokenHint?.payload;
  const { client, session } = oidc;
  if (hint === undefined || client === undefined || session?.accountId === undefined) return false;
  return hint.sub === session.accountId && typeof hint.sid === 'string' && hint.sid === session.sidFor(client.clientId);
}
