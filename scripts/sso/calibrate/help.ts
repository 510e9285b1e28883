import { issuerProfileNames } from '#session';

/** The text of `npm run sso -- probe-calibrate --help`, after what all commands have. */
export const help = `Register at the IdP, for a client of its own or the gateway's:
  redirect URI                http://localhost:4199/callback (the port of --port)
  grants                      authorization code, and refresh token where there is one
  introspection               the client must be allowed to introspect its own tokens
Nothing else: no logout URI, and no post-logout redirect URI. Use a person of yours, in a browser on this machine.

  --client-id ID              the client
  --client-secret-file FILE   its secret; with private_key_jwt a private JWK with kid and alg
  --auth-method NAME          client_secret_basic (default), client_secret_basic_raw, client_secret_post, private_key_jwt
  --scope "A B"               default: openid profile email; ask for what the gateway asks for
  --port N                    default: 4199
  --idle-s N                  the IdP's idle time-out in seconds, set short for the experiment: then it is tried too
                              whether asking keeps sessions alive, 2N seconds for each way of asking
  --watch-s N                 so long every way is asked after the sign-out; default: 60
  --profile NAME              what to start from: ${issuerProfileNames.slice(0, 6).join(', ')},
                              ${issuerProfileNames.slice(6).join(', ')} (default: generic)
  --introspection-endpoint, --revocation-endpoint, --end-session-endpoint URL
                              where discovery does not name them
  --unsafe-plain-http-idp     permit plain http to an IdP on another machine
  --json                      the last line is the result as one JSON object

The profile comes on standard output as YAML for the configuration's idps. Secrets and tokens are never printed; refresh
tokens are revoked at the end, where the IdP offers that.`;
