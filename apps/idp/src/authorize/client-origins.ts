import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { settingsOf } from '../clients/client-settings.js';

/** The part of a client's metadata that says where its pages are. */
const Pages = z.object({
  redirect_uris: z.array(z.string()).catch([]),
  allowed_web_origins: z.array(z.string()).catch([]),
  token_endpoint_auth_method: z.string().optional(),
});

/**
 * Says whether a page of `origin` may read the engine's answers to `client`: one of its allowed web origins, or the origin
 * of a redirect URI when the client lives in the browser. The engine never asks for the authorization endpoint, which has
 * no CORS (RFC 9700 §2.6).
 */
export function allowsOrigin(_ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  return readingOrigins(client.metadata()).includes(origin);
}

/** Gives the origins whose pages may read answers to a client with this metadata. */
export function readingOrigins(metadata: unknown): readonly string[] {
  const {
    redirect_uris: uris,
    allowed_web_origins: allowed,
    token_endpoint_auth_method: method,
  } = Pages.parse(metadata);
  return method === 'none' ? [...allowed, ...originsOf(uris)] : allowed;
}

/** Gives the origins whose pages may watch the session for a client: its redirect URIs' and its allowed web origins. */
export function watchingOrigins(client: Client): readonly string[] {
  return [...new Set([...settingsOf(client).allowed_web_origins, ...originsOf(client.redirectUris ?? [])])];
}

function originsOf(uris: readonly string[]): readonly string[] {
  return uris
    .filter((uri) => URL.canParse(uri))
    .map((uri) => new URL(uri).origin)
    .filter((origin) => origin !== 'null');
}
