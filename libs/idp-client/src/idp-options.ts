import type { JWK } from 'jose';
import type { ClientAuthentication } from './client-authentication.js';
import type { IdpClientOptions } from './idp-client.js';
import type { ClientEntry } from './client-entry.js';
import type { IdpEntry } from './idp-entry.js';
import type { Secrets } from './idp-secrets.js';

/** Gives what an entry says as options of an `IdpClient`. Its secrets have been read. @param client another client than the entry's */
export function idpOptionsOf(entry: IdpEntry, secrets: Secrets, client: ClientEntry = entry.client): IdpClientOptions {
  return {
    issuer: entry.issuer,
    internalOrigin: entry.internalOrigin,
    unsafePlainHttp: entry.unsafePlainHttp,
    clientId: client.id,
    authentication: authenticationOf(client, secrets),
    endpoints: entry.endpoints,
  };
}

/** Gives how a client authenticates. Its secret has been read. */
export function authenticationOf({ auth, key, secret }: ClientEntry, secrets: Secrets): ClientAuthentication {
  const at = auth === 'private_key_jwt' ? key : secret;
  const text = (at === undefined ? undefined : secrets.get(at)) ?? '';
  return auth === 'private_key_jwt' ? { method: auth, key: JSON.parse(text) as JWK } : { method: auth, secret: text };
}
