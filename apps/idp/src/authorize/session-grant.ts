import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Access } from '../consent/access.js';

/** Seconds that a grant lives beyond its session, so that a token never dies of its grant while the session lives. */
export const GRANT_SLACK_S = 86_400;

/**
 * Gives the grant of this session for this client; undefined when there is none, or it was revoked. A grant is never shared
 * between sessions, or one sign-out would end the others.
 */
export async function storedGrant({ oidc }: KoaContextWithOIDC, sessionTtlS: number): Promise<Grant | undefined> {
  const { client, session, provider } = oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grantId = session.grantIdFor(client.clientId);
  const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const lacksS = grant === undefined ? 0 : sessionTtlS - grant.remainingTTL;
  if (grant?.exp !== undefined && lacksS > 0) {
    grant.exp += lacksS + GRANT_SLACK_S; // a session slides with every use, the engine's grants do not
    await grant.save();
  }
  return grant;
}

/**
 * Lets the client have `access` within this session, besides what it has. The session knows the client from here on: not
 * before, since a client that was never answered is none of the session's clients.
 */
export async function giveAccess({ oidc }: KoaContextWithOIDC, access: Access): Promise<void> {
  const { client, session, grant } = oidc;
  if (client === undefined || session === undefined || grant === undefined) return;
  if (!isGiven(grant, access)) {
    if (access.scopes.length > 0) grant.addOIDCScope(access.scopes.join(' '));
    for (const [api, scopes] of Object.entries(access.resourceScopes)) {
      if (scopes.length > 0) grant.addResourceScope(api, scopes.join(' '));
    }
    await grant.save();
  }
  session.ensureClientContainer(client.clientId);
  session.grantIdFor(client.clientId, grant.jti);
}

function isGiven(grant: Grant, { scopes, resourceScopes }: Access): boolean {
  const has = (given: string, asked: readonly string[]) => asked.every((scope) => given.split(' ').includes(scope));
  return (
    has(grant.getOIDCScope(), scopes) &&
    Object.entries(resourceScopes).every(([api, asked]) => has(grant.getResourceScope(api), asked))
  );
}
