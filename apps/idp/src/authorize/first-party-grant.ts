import type { Grant, KoaContextWithOIDC } from 'oidc-provider';

/** Seconds that a grant lives beyond its session, so that a token never dies of its grant while the session lives. */
export const GRANT_SLACK_S = 86_400;

/**
 * Gives the grant of this session for this client, and makes one when there is none any more: every client is the
 * operator's own, so nobody is asked. A grant is never shared between sessions, or one sign-out would end the others.
 */
export async function firstPartyGrant({ oidc }: KoaContextWithOIDC, sessionTtlS: number): Promise<Grant | undefined> {
  const { client, session, provider } = oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grantId = session.grantIdFor(client.clientId);
  const stored = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = stored ?? new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  const missing = [...oidc.requestParamOIDCScopes].filter((scope) => !scopesOf(grant).includes(scope));
  const lacksS = stored === undefined ? 0 : sessionTtlS - stored.remainingTTL;
  if (stored !== undefined && missing.length === 0 && lacksS <= 0) return stored;
  if (missing.length > 0) grant.addOIDCScope(missing.join(' '));
  // A session slides with every use, the engine's grants do not.
  if (lacksS > 0 && grant.exp !== undefined) grant.exp += lacksS + GRANT_SLACK_S;
  await grant.save();
  return grant;
}

function scopesOf(grant: Grant): readonly string[] {
  return grant.getOIDCScope().split(' ');
}
