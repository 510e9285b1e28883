import { isWeb } from '../hidden-frame.js';
import type { Outcome } from '../outcome.js';

/**
 * What an identity provider says about itself, as far as it is used here.
 *
 * @see OpenID Connect Discovery 1.0 §3
 */
export interface Provider {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly end_session_endpoint?: string;
  readonly check_session_iframe?: string;
  /** its answers name it (RFC 9207): one that does not is not its own */
  readonly authorization_response_iss_parameter_supported?: boolean;
}

/**
 * Asks without cookies and reads JSON. `undefined` is no answer: a network that is away, an overloaded server, a page where JSON
 * should be. Nothing is learnt from that. Never rejects.
 *
 * @param form is posted; without it the address is read
 */
export async function askJson(
  url: string,
  timeoutMs: number,
  form?: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly ok: boolean; readonly json: unknown } | undefined> {
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(timeoutMs),
      ...(form && { method: 'POST', cache: 'no-store', body: new URLSearchParams(given(form)) }),
    });
    const { ok, status } = response;
    return status === 429 || status >= 500 ? undefined : { ok, json: await response.json() };
  } catch {
    return undefined;
  }
}

/** Leaves out what is `undefined`. */
export const given = (form: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined));

/**
 * Reads the metadata of the issuer. `failed` where it names another issuer: the comparison is to the letter, a slash at the end
 * counts. `unavailable` where there was no answer.
 *
 * @see OpenID Connect Discovery 1.0 §4.3
 */
export async function discover(issuer: string, timeoutMs: number): Promise<Provider | Outcome> {
  const answer = await askJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, timeoutMs);
  if (!answer) return 'unavailable';
  const found = answer.json as Provider | null;
  if (found?.issuer !== issuer) return 'failed';
  // a script's address would run here, as the page: only what the web is made of counts
  const isUsable = ([name, value]: readonly [string, unknown]) => !/_(endpoint|iframe)$/.test(name) || isWeb(value);
  const provider = Object.fromEntries(Object.entries(found).filter(isUsable)) as unknown as Partial<Provider>;
  return provider.authorization_endpoint && provider.token_endpoint ? (provider as Provider) : 'failed';
}
