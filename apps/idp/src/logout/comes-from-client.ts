import { httpOrigin } from '#config';
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { settingsOf } from '../clients/client-settings.js';

/**
 * Says whether a page of the client itself has sent the browser here, and the session has signed the person in to that
 * client: it could end its own session as well. Browsers let no page name another as the one that it came from, and a
 * request that says nothing proves nothing.
 */
export function comesFromClient(ctx: KoaContextWithOIDC): boolean {
  const { client, session } = ctx.oidc;
  if (client === undefined || session?.authorizations?.[client.clientId]?.sid === undefined) return false;
  const from = [ctx.get('origin'), ctx.get('referer')].filter((header) => header !== '').map(originOf);
  const own = originsOf(client);
  return from.length > 0 && from.every((origin) => origin !== undefined && own.has(origin));
}

function originsOf(client: Client): ReadonlySet<string> {
  const pages = [...(client.redirectUris ?? []), ...(client.postLogoutRedirectUris ?? [])];
  const origins = pages.map(originOf).filter((origin) => origin !== undefined);
  return new Set([...origins, ...settingsOf(client).allowed_web_origins]);
}

/** Gives the origin of an http(s) address; an app's own scheme has none that a browser could prove. */
function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  return httpOrigin.safeParse(new URL(address).origin).data;
}
