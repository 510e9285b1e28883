/** Where the page is that watches the session. */
const CHECK_SESSION_PATH = '/oidc/iframe/check_session';

/** Gives what the discovery document says besides the engine's own. */
export function discoveryExtras(issuer: string) {
  return {
    check_session_iframe: new URL(CHECK_SESSION_PATH, issuer).href,
    prompt_values_supported: ['none', 'login', 'select_account', 'mfa', 'consent'],
    claim_types_supported: ['normal'],
  };
}
