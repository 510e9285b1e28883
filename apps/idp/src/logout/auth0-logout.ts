/** The logout address that Auth0's clients know. */
export const AUTH0_LOGOUT = '/v2/logout';

/** What its parameters are called at the end-session endpoint (RP-Initiated Logout §2). Others mean nothing here. */
const NAMES: Readonly<Record<string, string>> = {
  client_id: 'client_id',
  returnTo: 'post_logout_redirect_uri',
  id_token_hint: 'id_token_hint',
  state: 'state',
};

/**
 * Gives the query of the same request at the end-session endpoint, which judges it: `returnTo` must be registered there.
 * Undefined when the request names an address to return to and no client that it could be registered for.
 */
export function endSessionQuery(query: URLSearchParams): URLSearchParams | undefined {
  const same = new URLSearchParams();
  for (const [name, value] of query) {
    const own = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (own !== undefined && value !== '') same.append(own, value); // twice stays twice, for the engine to refuse
  }
  const namesClient = same.has('client_id') || same.has('id_token_hint');
  return same.has('post_logout_redirect_uri') && !namesClient ? undefined : same;
}
