import type { Client, KoaContextWithOIDC } from 'oidc-provider';

/**
 * Says whether a page of `origin` may read the engine's answers to `client`: at userinfo, and everywhere for a public
 * client, when one of its redirect URIs is of that origin. The engine never asks for the authorization endpoint, which
 * has no CORS (RFC 9700 §2.6).
 */
export function allowsOrigin({ oidc }: KoaContextWithOIDC, origin: string, client: Client): boolean {
  if (oidc.route !== 'userinfo' && client.clientAuthMethod !== 'none') return false;
  return client.redirectUris?.some((uri) => new URL(uri).origin === origin) ?? false;
}
