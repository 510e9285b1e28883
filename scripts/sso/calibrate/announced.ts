import { z } from 'zod';

/** What an IdP says of itself in its discovery document, as far as ways to ask and to be told are concerned. */
export interface Announced {
  readonly introspection: boolean;
  readonly userinfo: boolean;
  readonly revocation: boolean;
  readonly endSession: boolean;
  readonly backchannelLogout: boolean;
  readonly backchannelLogoutSession: boolean;
  readonly frontchannelLogout: boolean;
  readonly par: 'required' | 'offered' | 'no';
  readonly issParameter: boolean;
}

const present = z
  .unknown()
  .optional()
  .transform((value) => typeof value === 'string' && value !== '');
const isTrue = z
  .unknown()
  .optional()
  .transform((value) => value === true);

const Document = z.object({
  introspection_endpoint: present,
  userinfo_endpoint: present,
  revocation_endpoint: present,
  end_session_endpoint: present,
  pushed_authorization_request_endpoint: present,
  require_pushed_authorization_requests: isTrue,
  backchannel_logout_supported: isTrue,
  backchannel_logout_session_supported: isTrue,
  frontchannel_logout_supported: isTrue,
  authorization_response_iss_parameter_supported: isTrue,
});

/**
 * Reads a discovery document. What is missing or ill-formed counts as not announced.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCSupport Back-Channel Logout 2.1}
 */
export function readAnnounced(document: unknown): Announced {
  const read = Document.parse(typeof document === 'object' && document !== null ? document : {});
  const offersPar = read.pushed_authorization_request_endpoint;
  return {
    introspection: read.introspection_endpoint,
    userinfo: read.userinfo_endpoint,
    revocation: read.revocation_endpoint,
    endSession: read.end_session_endpoint,
    backchannelLogout: read.backchannel_logout_supported,
    backchannelLogoutSession: read.backchannel_logout_session_supported,
    frontchannelLogout: read.frontchannel_logout_supported,
    par: read.require_pushed_authorization_requests ? 'required' : offersPar ? 'offered' : 'no',
    issParameter: read.authorization_response_iss_parameter_supported,
  };
}
