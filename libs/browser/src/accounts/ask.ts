import { own } from '../hidden-frame.js';
import { talkingFrame } from '../monitor/talking-frame.js';
import { type AuthorizationRequest, authorizeInFrame } from '../direct/authorize.js';
import type { Provider } from '../direct/provider.js';
import { redeemCode, type Tokens } from '../direct/tokens.js';
import type { Outcome } from '../outcome.js';

/** How long each step may take. */
export const TIMEOUT_MS = 10_000;

const STATUS_MS = 3000;

/** Signs in silently: asks the provider's frame first, which spares a request where nobody is signed in. */
export async function askSilently(
  provider: Provider,
  request: AuthorizationRequest,
  signal: AbortSignal,
): Promise<Tokens | Outcome> {
  if (await saysLoggedOut(provider, request.clientId, signal)) return 'login_required';
  const answer = await authorizeInFrame(provider, request, TIMEOUT_MS, signal);
  return redeemCode(provider, request.clientId, answer, TIMEOUT_MS);
}

/** Whatever a frame says but that, and silence, is no reason not to ask. */
function saysLoggedOut(
  { check_session_iframe: address }: Provider,
  clientId: string,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    if (address === undefined || signal.aborted) {
      resolve(false);
      return;
    }
    const url = new URL(address);
    url.searchParams.set('client_id', clientId);
    const finish = (message?: unknown) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      frame.close();
      resolve(own(message, 'status') === 'logged_out');
    };
    const timer = setTimeout(finish, STATUS_MS);
    signal.addEventListener('abort', finish);
    const frame = talkingFrame(
      url.href,
      () => {
        frame.say('check');
      },
      finish,
    );
  });
}
