/** What a member of an answer must hold to say something. Members are named from the outside in: `data.status`. */
export interface BodySign {
  readonly member: string;
  /** one of these texts; numbers and `true` and `false` count as their text */
  readonly equals: readonly string[];
}

/** How an IdP's own API of sessions is asked, and where in its answer things stand. Data, not code. */
export interface AdminApiTemplate {
  /** what follows the base; `{sub}` and `{sid}` stand for the person and for the IdP's id of the session */
  readonly path: string;
  /** one session, or all sessions of the person */
  readonly answer: 'session' | 'list';
  /** member that holds the session or the list; empty: the body itself */
  readonly sessions: string;
  /** members of a session; undefined: it has none */
  readonly id: string | undefined;
  readonly user: string | undefined;
  /** its ends, whichever comes first: ISO 8601, or seconds or milliseconds since 1970 */
  readonly expires: readonly string[];
  /** member beside the list that holds something while more pages follow */
  readonly next: string | undefined;
  /** what an answer with a session must say, beside status 200 */
  readonly found: BodySign | undefined;
  /** how the API itself says that there is no such session; undefined: it has no words for that */
  readonly notFound: (BodySign & { readonly status: number }) | undefined;
  /** `ended`: what is asked for is a list of endings, such as a revocation list */
  readonly foundMeans: 'active' | 'ended';
}

export const adminApiKinds = ['keycloak', 'auth0', 'okta', 'http'] as const;
export type AdminApiKind = (typeof adminApiKinds)[number];

/** What an API is taken to be like where its template does not say otherwise. */
export const plainAdminApi: Omit<AdminApiTemplate, 'path'> = {
  ...{ answer: 'session', sessions: '', id: undefined, user: undefined, expires: [], next: undefined },
  ...{ found: undefined, notFound: undefined, foundMeans: 'active' },
};

/**
 * The APIs that are known.
 *
 * Keycloak: the list is whole, without pages; a person who may not be seen is 403, one who is gone is 404. Auth0: the id is the
 * `sid` of its ID tokens; that its 404 has `error: Not Found` is not verified. Okta: `E0000007` is its "not found" of everything.
 *
 * @see {@link https://www.keycloak.org/docs-api/latest/rest-api/index.html Keycloak}: GET /admin/realms/{realm}/users/{user-id}/sessions
 * @see {@link https://auth0.com/docs/api/management/v2/sessions/get-session Auth0}
 * @see {@link https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Session Okta}
 */
export const adminApiTemplates: Readonly<Record<Exclude<AdminApiKind, 'http'>, AdminApiTemplate>> = {
  keycloak: {
    ...plainAdminApi,
    ...{ path: '/users/{sub}/sessions', answer: 'list', id: 'id', user: 'userId' },
    notFound: { status: 404, member: 'error', equals: ['User not found'] },
  },
  auth0: {
    ...plainAdminApi,
    ...{ path: '/api/v2/sessions/{sid}', id: 'id', user: 'user_id', expires: ['expires_at', 'idle_expires_at'] },
    notFound: { status: 404, member: 'error', equals: ['Not Found'] },
  },
  okta: {
    ...plainAdminApi,
    ...{ path: '/api/v1/sessions/{sid}', id: 'id', user: 'userId', expires: ['expiresAt'] },
    notFound: { status: 404, member: 'errorCode', equals: ['E0000007'] },
  },
};

/**
 * Gives the path that asks about a session, each value percent-encoded. Undefined when the template wants an id that is
 * not there, or one that no path can hold: `..` would lead elsewhere.
 */
export function adminApiPath(
  path: string,
  about: { readonly sub: string; readonly idpSid: string | undefined },
): string | undefined {
  const { sub, idpSid } = about;
  if (path.includes('{sid}') && (idpSid === undefined || idpSid === '')) return undefined;
  if (/\p{Surrogate}/u.test(`${sub} ${idpSid ?? ''}`)) return undefined; // half a character has no encoding
  const filled = path.replace(/\{(sub|sid)\}/g, (_, name) => encodeURIComponent(name === 'sub' ? sub : (idpSid ?? '')));
  const [onlyPath = ''] = filled.split('?');
  return onlyPath.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)) ? undefined : filled;
}
