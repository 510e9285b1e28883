import type { Outcome } from '../outcome.js';
import { isFramed } from '../kept.js';
import { opened } from '../on-return.js';
import { type Here, settle } from './here.js';
import { leave, leaveSilently, signOut, takeReturn } from './leaving.js';
import type { DirectOptions, DirectSession } from './session.js';
import { silently, type Why } from './silently.js';
import { type Once, watch } from './watch.js';
import { fetchWithToken } from './with-token.js';

/** A token that dies on the way is worth nothing. */
const TRAVEL_MS = 5_000;

/**
 * Watches who is signed in at an identity provider, without a gateway: this page is a public client itself and its tokens are in
 * memory. Where there is a gateway, no token reaches the browser: prefer that.
 *
 * @throws TypeError and RangeError for options that can't work
 */
export function createDirectSession(options: DirectOptions): DirectSession {
  const apis = (options.apis ?? []).map((api) => new URL(api).origin);
  const flights = new Map<Why, Promise<Outcome>>();
  const once: Once = (why) => {
    const flight = flights.get(why) ?? silently(here, why).finally(() => flights.delete(why));
    flights.set(why, flight);
    return flight;
  };
  const here = settle(options, () => once('renew'));
  watch(here, once);
  const isOpen = open(here, once);
  const token = async () => {
    await isOpen;
    if (here.tokens && !isFresh(here)) await once('renew');
    return isFresh(here) ? here.tokens?.accessToken : undefined;
  };
  const renewed = async (refused: string) => {
    if (here.tokens?.accessToken === refused) await once('renew');
    const now = here.tokens?.accessToken;
    return now === refused ? undefined : now;
  };
  return Object.assign(here.states.view, {
    signIn: leave.bind(undefined, here),
    signOut: signOut.bind(undefined, here),
    checkSession: () => once('check'),
    getAccessToken: token,
    fetch: fetchWithToken(apis, { token, renewed }),
    close: () => {
      here.over.abort();
    },
  });
}

/** Whether its time has not run out. Who renews after a 401 does not look at the clock. */
const isFresh = ({ tokens, options }: Here) =>
  options.renew === 'after401' || !tokens?.expiresAt || tokens.expiresAt - TRAVEL_MS > Date.now();

/** What a page does first: it finishes what it left for, or asks silently, unless it is itself an answer in somebody's frame. */
async function open(here: Here, once: Once): Promise<void> {
  const finish = takeReturn(here);
  if (finish) await finish();
  else if (here.options.silent !== false && (!isFramed() || !/[?&]state=/.test(location.search))) {
    await opened();
    const outcome = await once('open');
    if (here.options.redirect && /^(login_required|timeout)$/.test(outcome)) await leaveSilently(here);
  }
}
