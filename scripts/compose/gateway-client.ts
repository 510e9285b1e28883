/** What the gateway tells the identity provider about its addresses. */
export interface ClientAddresses {
  /** origins, as browsers know them */
  readonly frontEnds: readonly string[];
  /** origin of the gateway as the identity provider reaches it, where logout tokens go */
  readonly gateway: string;
}

/** The gateway as our own identity provider knows it. @see OpenID Connect Dynamic Client Registration 1.0 §2 */
export function gatewayClient({ frontEnds, gateway }: ClientAddresses, secret: string) {
  return {
    client_id: 'gateway',
    client_secret: secret,
    client_name: 'session-sync demo',
    first_party: true,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: frontEnds.map((origin) => `${origin}/bff/callback`),
    post_logout_redirect_uris: frontEnds.map((origin) => `${origin}/bff/signed-out`),
    backchannel_logout_uri: `${gateway}/bff/backchannel`,
    backchannel_logout_session_required: true,
    require_auth_time: true,
    refresh_token_rotation: false, // gateways and pollers use the same token at the same time
  } as const;
}
