import { type AdminApiTemplate, adminApiTemplates, plainAdminApi } from '#session';
import type { AdminApiEntry } from './admin-api-entry.js';
import type { AdminApiOptions } from './admin-api.js';
import type { IdpEntry } from './idp-entry.js';
import { authenticationOf } from './idp-options.js';
import type { Secrets } from './idp-secrets.js';

/** Gives what is known of an API and what its entry says of it, together. The entry has been checked. */
export function adminApiTemplateOf(entry: AdminApiEntry): AdminApiTemplate {
  if (entry.kind !== 'http') {
    const known = adminApiTemplates[entry.kind];
    return { ...known, notFound: entry.notFound ?? known.notFound };
  }
  const { path = '', answer, sessions, id, user, expires, next, found, notFound, foundMeans } = entry;
  return {
    ...{ path, id, user, next, found, notFound },
    answer: answer ?? plainAdminApi.answer,
    sessions: sessions ?? plainAdminApi.sessions,
    expires: expires ?? plainAdminApi.expires,
    foundMeans: foundMeans ?? plainAdminApi.foundMeans,
  };
}

/** Gives what an entry says as options of an `AdminApi`; undefined when it names none. Its secrets have been read. */
export function adminApiOptionsOf(entry: IdpEntry, secrets: Secrets): AdminApiOptions | undefined {
  const { adminApi, issuer, internalOrigin, unsafePlainHttp } = entry;
  if (adminApi === undefined) return undefined;
  const { client, token, scheme = 'Bearer', base, headers, tokenEndpoint, audience, scope } = adminApi;
  return {
    ...{ issuer, internalOrigin, unsafePlainHttp, base, headers, template: adminApiTemplateOf(adminApi) },
    access:
      client === undefined
        ? { kind: 'token', scheme, token: (token === undefined ? undefined : secrets.get(token)) ?? '' }
        : {
            ...{ kind: 'client', clientId: client.id, authentication: authenticationOf(client, secrets) },
            ...{ tokenEndpoint, audience, scope },
          },
  };
}
