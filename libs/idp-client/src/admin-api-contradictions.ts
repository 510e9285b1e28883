import type { AdminApiEntry } from './admin-api-entry.js';
import { clientContradictions, type Contradiction } from './client-contradictions.js';
import { isClearText } from './clear-text.js';
import type { IdpEntry } from './idp-entry.js';

/** Keys that a known API has no use for: its own are known. */
const OF_HTTP = ['path', 'answer', 'sessions', 'id', 'user', 'expires', 'next', 'found', 'foundMeans'] as const;
const OF_CLIENT = ['tokenEndpoint', 'audience', 'scope'] as const;

/** Says what the keys of an API of sessions say against each other. */
export function adminApiContradictions(entry: IdpEntry): readonly Contradiction[] {
  const api = entry.adminApi;
  if (api === undefined) return [];
  const found = [
    ...ofAddresses(entry, api),
    ...ofAccess(api),
    ...(api.kind === 'http'
      ? ofTemplate(api)
      : OF_HTTP.filter((key) => api[key] !== undefined).map((key) =>
          at(key, `is for kind http; ${api.kind} has its own`),
        )),
  ];
  const ofClient = api.client === undefined ? [] : clientContradictions(api.client, ['client']);
  return [...found, ...ofClient].map(({ path, message }) => ({ path: ['adminApi', ...path], message }));
}

function ofAddresses(
  { issuer, internalOrigin, unsafePlainHttp }: IdpEntry,
  api: AdminApiEntry,
): readonly Contradiction[] {
  if (unsafePlainHttp) return [];
  return (['base', 'tokenEndpoint'] as const).flatMap((key) => {
    const url = api[key] === undefined ? undefined : new URL(api[key]);
    if (url === undefined) return [];
    const reached = internalOrigin !== undefined && url.origin === new URL(issuer).origin ? internalOrigin : url.href;
    return isClearText(new URL(reached)) ? [at(key, 'is plain http to another machine: use https')] : [];
  });
}

function ofAccess({ client, token, scheme, ...api }: AdminApiEntry): readonly Contradiction[] {
  if ((client === undefined) === (token === undefined))
    return [{ path: [], message: 'needs either client (client credentials) or token, and not both: who asks?' }];
  if (client === undefined)
    return OF_CLIENT.filter((key) => api[key] !== undefined).map((key) => at(key, 'is for client, which is not there'));
  return scheme === undefined ? [] : [at('scheme', 'is for token, which is not there')];
}

function ofTemplate({ path, answer = 'session', id, user, found, next }: AdminApiEntry): readonly Contradiction[] {
  if (path === undefined) return [{ path: [], message: 'needs path for kind http' }];
  if (answer === 'list')
    return id === undefined && !path.includes('{sid}')
      ? [at('answer', 'list needs id, unless the path has {sid}: else no session can be told from another')]
      : [];
  const shown = id ?? user ?? found;
  return [
    ...(shown === undefined ? [at('answer', 'session needs id, user or found: else any answer would do')] : []),
    ...(next === undefined ? [] : [at('next', 'is for a list')]),
  ];
}

function at(key: string, message: string): Contradiction {
  return { path: [key], message };
}
