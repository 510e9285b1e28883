import type Provider from 'oidc-provider';
import { z } from 'zod';
import { sendLogoutToken } from './take-over-sending.js';

/** Who is told of which session. */
export interface Telling {
  readonly clientId: string;
  readonly sub: string;
  readonly sid: string | null;
}

/** What came of an attempt. Reasons hold no token. */
export type TellingResult =
  | { readonly kind: 'told' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** trying again is of no use */
  | { readonly kind: 'untellable'; readonly reason: string };

const LONGEST_REASON = 300;

/**
 * Sends one logout token to a client. Never throws: what went wrong is in the result.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html Back-Channel Logout} §2.5
 */
export async function tellClient(provider: Provider, { clientId, sub, sid }: Telling): Promise<TellingResult> {
  try {
    const client = await provider.Client.find(clientId);
    if (client === undefined) return { kind: 'untellable', reason: 'the client is no longer registered' };
    if (client.backchannelLogoutUri === undefined) {
      return { kind: 'untellable', reason: 'the client has no back-channel logout URI any more' };
    }
    await sendLogoutToken(provider, client, sub, sid ?? undefined);
    return { kind: 'told' };
  } catch (error) {
    return { kind: 'failed', reason: innermost(error).slice(0, LONGEST_REASON) };
  }
}

/** What errors of the network look like. Some have only a code, such as ECONNREFUSED of two addresses of one name. */
const Reason = z.object({
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  cause: z.unknown().optional(), // as it is: a copy of an error has no message
});

/** Gives the innermost reason: `fetch` says only "fetch failed", its cause says why. */
function innermost(error: unknown): string {
  const { message, code, cause } = Reason.safeParse(error).data ?? { message: '' };
  if (Object(cause) === cause) return innermost(cause);
  return message === '' ? (code ?? 'unknown') : message;
}
