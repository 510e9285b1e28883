import type { Client } from 'oidc-provider';

/** What came of telling one client that its session has ended. */
export interface Told {
  readonly clientId: string;
  readonly told: boolean;
  /** why not; holds no token */
  readonly detail?: string;
}

/** The engine's own sender: one signed logout token, one POST, 2.5 s at most. Its type declarations leave it out. */
interface CanBeTold {
  backchannelLogout(sub: string, sid: string | undefined): Promise<void>;
}

function canBeTold(client: Client): client is Client & CanBeTold {
  return client.backchannelLogoutUri !== undefined && typeof client.backchannelLogout === 'function';
}

/**
 * Sends one logout token to a client. Never throws: what went wrong is in the result.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html Back-Channel Logout} §2.5
 */
export async function tellClient(
  client: Client | undefined,
  clientId: string,
  sub: string,
  sid: string | undefined,
): Promise<Told> {
  if (client === undefined) return { clientId, told: false, detail: 'the client is no longer registered' };
  if (!canBeTold(client)) return { clientId, told: false, detail: 'the client has no back-channel logout URI' };
  try {
    await client.backchannelLogout(sub, sid);
    return { clientId, told: true };
  } catch (error) {
    return { clientId, told: false, detail: reasonOf(error) };
  }
}

/** Gives the innermost reason: `fetch` says only "fetch failed", its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
