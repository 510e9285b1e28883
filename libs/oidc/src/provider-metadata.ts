import { z } from 'zod';
import { OidcError } from './errors.js';
import { faultyMembers } from './faulty-members.js';

/** What an IdP says of itself, as far as we use it. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly introspectionEndpoint: string | undefined;
  readonly userinfoEndpoint: string | undefined;
  readonly endSessionEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
  /** where authorization requests may be pushed (RFC 9126) */
  readonly parEndpoint: string | undefined;
  /** the IdP takes pushed authorization requests only */
  readonly requiresPar: boolean;
  /** the IdP always puts `iss` into its authorization responses (RFC 9207) */
  readonly sendsIss: boolean;
}

/** No user and password: a request would carry them, and nobody generates such addresses (RFC 9110 §4.2.4). */
const Url = z.string().refine((text) => {
  if (!URL.canParse(text) || !/^https?:/.test(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
});
const Document = z.object({
  issuer: z.string(),
  authorization_endpoint: Url,
  token_endpoint: Url,
  jwks_uri: Url,
  introspection_endpoint: Url.optional(),
  userinfo_endpoint: Url.optional(),
  end_session_endpoint: Url.optional(),
  revocation_endpoint: Url.optional(),
  pushed_authorization_request_endpoint: Url.optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

/**
 * Reads a discovery document.
 *
 * @param issuer the issuer that we were configured with; the document must name exactly this one
 * @throws OidcError `OIDC_METADATA_INVALID`, or `OIDC_OTHER_ISSUER` when it names another issuer
 * @see {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation OIDC Discovery 4.3}
 */
export function parseProviderMetadata(document: unknown, issuer: string): ProviderMetadata {
  const parsed = Document.safeParse(document);
  if (!parsed.success) {
    const members = faultyMembers(parsed.error, 'the document');
    throw new OidcError('OIDC_METADATA_INVALID', `the discovery document is unusable: ${members}`);
  }
  const { data } = parsed;
  if (data.issuer !== issuer)
    throw new OidcError('OIDC_OTHER_ISSUER', `the discovery document is of issuer ${data.issuer}, not of ${issuer}`);
  return {
    issuer,
    authorizationEndpoint: data.authorization_endpoint,
    tokenEndpoint: data.token_endpoint,
    jwksUri: data.jwks_uri,
    introspectionEndpoint: data.introspection_endpoint,
    userinfoEndpoint: data.userinfo_endpoint,
    endSessionEndpoint: data.end_session_endpoint,
    revocationEndpoint: data.revocation_endpoint,
    parEndpoint: data.pushed_authorization_request_endpoint,
    requiresPar: data.require_pushed_authorization_requests ?? false,
    sendsIss: data.authorization_response_iss_parameter_supported ?? false,
  };
}
