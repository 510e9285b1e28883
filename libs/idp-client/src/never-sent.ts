/** Faults before a connection stood: no name, nobody there, or a certificate that is not trusted. */
const BEFORE_THE_REQUEST = new Set([
  'econnrefused',
  'enotfound',
  'eai_again',
  'ehostunreach',
  'enetunreach',
  'connect_timeout',
  'cert_has_expired',
  'cert_not_yet_valid',
  'cert_revoked',
  'cert_untrusted',
  'depth_zero_self_signed_cert',
  'self_signed_cert_in_chain',
  'unable_to_get_issuer_cert',
  'unable_to_get_issuer_cert_locally',
  'unable_to_verify_leaf_signature',
  'err_tls_cert_altname_invalid',
]);

/**
 * Whether a request that failed with `reason` surely never left. A reset and a time limit do not say: the server may have
 * had the request, and acted on it.
 *
 * @param reason as `sendRequest` gives it: the code of Node's error in small letters
 */
export function wasNeverSent(reason: string): boolean {
  return BEFORE_THE_REQUEST.has(reason);
}
