import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '#config';
import { adminApiTemplateOf } from './admin-api-options.js';
import { probeMethodsOf } from './probe-methods.js';
import { readIdps } from './read-idps.js';

const env = { SECRET: 'hunter2', API_TOKEN: 'hunter3' };
const read = (adminApi: string, more = '') =>
  readIdps(
    'IDPS',
    `idps:\n  main: { issuer: https://idp.example, client: { id: gateway, secret: { env: SECRET } }, ${more} adminApi: { ${adminApi} } }\n`,
    env,
  );

function faultsOf(adminApi: string, more?: string): readonly string[] {
  try {
    read(adminApi, more);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toMatch(/hunter/);
    return error.faults.map(({ key, message }) => `${key.replace('IDPS: line 2, idps.main.', '')}: ${message}`);
  }
}

const base = 'base: https://idp.example/admin/realms/x';
const token = 'token: { env: API_TOKEN }';
const client = 'client: { id: looker, secret: { env: SECRET } }';
const http = `kind: http, ${base}, ${token}`;

describe('the API of sessions in an IdP’s entry', () => {
  it.each([
    ['Keycloak by client credentials', `kind: keycloak, ${base}, ${client}`],
    [
      'Auth0 with an audience',
      `kind: auth0, base: https://x.auth0.com, ${client}, audience: https://x.auth0.com/api/v2/`,
    ],
    ['Okta with an API token', `kind: okta, base: https://x.okta.com, ${token}, scheme: SSWS`],
    ['a list', `${http}, path: '/people/{sub}', answer: list, sessions: page.items, id: id, next: page.next`],
    ['one by its id', `${http}, path: '/s/{sid}', id: id`],
    ['a word', `${http}, path: '/s/{sid}', found: { member: status, equals: [ALIVE] }`],
    [
      'a known API with other words for "not found"',
      `kind: auth0, base: https://x.auth0.com, ${token}, notFound: { status: 404, member: errorCode, equals: [inexistent_session] }`,
    ],
  ])('may be %s', (_name, entry) => {
    expect(faultsOf(entry)).toEqual([]);
  });

  it.each([
    ['adminApi: needs either client (client credentials) or token, and not both: who asks?', `kind: keycloak, ${base}`],
    [
      'adminApi: needs either client (client credentials) or token, and not both: who asks?',
      `kind: keycloak, ${base}, ${token}, ${client}`,
    ],
    ['adminApi.client: needs secret for client_secret_basic', `kind: keycloak, ${base}, client: { id: looker }`],
    [
      'adminApi.client.secret: names a variable that is not set',
      `kind: keycloak, ${base}, client: { id: a, secret: { env: NOT_SET } }`,
    ],
    ['adminApi.token: names a variable that is not set', `kind: keycloak, ${base}, token: { env: NOT_SET }`],
    ['adminApi.audience: is for client, which is not there', `kind: auth0, ${base}, ${token}, audience: x`],
    ['adminApi.scheme: is for token, which is not there', `kind: okta, ${base}, ${client}, scheme: SSWS`],
    ['adminApi.path: is for kind http; okta has its own', `kind: okta, ${base}, ${token}, path: '/s/{sid}'`],
    ['adminApi: needs path for kind http', http],
    ['adminApi.path: must have {sub} or {sid} in it, else it asks about nobody', `${http}, path: /sessions, id: id`],
    ['adminApi.answer: session needs id, user or found: else any answer would do', `${http}, path: '/s/{sid}'`],
    [
      'adminApi.answer: list needs id, unless the path has {sid}: else no session can be told from another',
      `${http}, path: '/s/{sub}', answer: list`,
    ],
    ['adminApi.next: is for a list', `${http}, path: '/s/{sid}', id: id, next: more`],
    [
      'adminApi.base: is plain http to another machine: use https',
      `kind: keycloak, base: http://idp.example/admin, ${token}`,
    ],
    [
      'adminApi.tokenEndpoint: is plain http to another machine: use https',
      `kind: keycloak, ${base}, ${client}, tokenEndpoint: http://idp.example/token`,
    ],
    [
      'adminApi.base: must have no query, no fragment and no slash at its end',
      `kind: keycloak, base: https://idp.example/, ${token}`,
    ],
    [
      'adminApi.headers.Authorization: must be a header of the API',
      `kind: keycloak, ${base}, ${token}, headers: { Authorization: x }`,
    ],
    [
      'adminApi.notFound.status: must be 200, or a 4xx that speaks of the session: not 401, 403, 408, 425, 429',
      `kind: okta, ${base}, ${token}, notFound: { status: 403, member: a, equals: [b] }`,
    ],
  ])('is refused: %s', (fault, entry) => {
    expect(faultsOf(entry)).toEqual([fault]);
  });

  it('is how sessions are asked about, unless the entry says otherwise', () => {
    const methodsOf = (more: string) => probeMethodsOf(read(`kind: keycloak, ${base}, ${token}`, more).idps.main!);
    expect(methodsOf('profile: keycloak,')).toEqual({ method: 'admin-api', confirm: 'none' });
    expect(methodsOf('profile: auth0,')).toEqual({ method: 'admin-api', confirm: 'none' });
    expect(methodsOf('profile: keycloak, probe: { method: introspect, confirm: admin-api },')).toEqual({
      method: 'introspect',
      confirm: 'admin-api',
    });
  });

  it('takes other words for "not found" and leaves the rest of a known API', () => {
    const { adminApi } = read(`kind: okta, ${base}, ${token}, notFound: { status: 410, member: a, equals: [b] }`).idps
      .main!;
    expect(adminApiTemplateOf(adminApi!)).toMatchObject({ id: 'id', user: 'userId', notFound: { status: 410 } });
  });
});
