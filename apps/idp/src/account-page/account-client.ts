import { type ClientMetadata, errors } from 'oidc-provider';
import { ACCOUNT_CLIENT_ID } from './account-client-id.js';

/** Where the account page is. */
export const ACCOUNT_PATH = '/account';

/** The account page asks only whether somebody may come in: it gets no code and no token (OAuth 2.0 Multiple Response Types §4). */
const RESPONSE_TYPE = 'none';

/** Gives the account page's metadata. It is the operator's own and holds no secret. */
export function accountClient(issuer: string): ClientMetadata {
  return {
    client_id: ACCOUNT_CLIENT_ID,
    client_name: 'your account',
    first_party: true,
    token_endpoint_auth_method: 'none',
    redirect_uris: [accountAddress(issuer)],
    response_types: [RESPONSE_TYPE],
    response_modes: ['query'],
    grant_types: [],
  };
}

/**
 * Gives the way in to the account page: all that is asked of a person who signs in anywhere is asked there too.
 *
 * @param state comes back with the browser
 */
export function wayIn(issuer: string, state: string): string {
  const url = new URL('/authorize', issuer);
  url.search = new URLSearchParams({
    client_id: ACCOUNT_CLIENT_ID,
    response_type: RESPONSE_TYPE,
    scope: 'openid',
    redirect_uri: accountAddress(issuer),
    state,
  }).toString();
  return url.href;
}

/**
 * Judges the response types of a client that is being registered or loaded: that of the account page is for it alone.
 *
 * @throws errors.InvalidClientMetadata
 */
export function judgeResponseTypes({ client_id: id, response_types: types }: ClientMetadata): void {
  const named: unknown[] = Array.isArray(types) ? types : []; // nothing has been judged yet
  const isItsOwn = named.some((one) => typeof one === 'string' && one.split(' ').includes(RESPONSE_TYPE));
  if (id === ACCOUNT_CLIENT_ID || !isItsOwn) return;
  throw new errors.InvalidClientMetadata(`response_types: ${RESPONSE_TYPE} is for the account page alone`);
}

function accountAddress(issuer: string): string {
  return new URL(ACCOUNT_PATH, issuer).href;
}
