import type { Outcome } from '../outcome.js';
import { accept, end, type Here, idOf, tellTokens, type Told } from './here.js';
import type { Why } from './silently.js';

/** Asks, if the same question is not under way already. */
export type Once = (why: Why) => Promise<Outcome>;

const MINUTE_MS = 60_000;

/** Keeps the state true: by what other tabs tell, when somebody comes back to this tab, and every so often if that is wanted. */
export function watch(here: Here, once: Once): void {
  const { over, channel, options } = here;
  const { signal } = over;
  channel?.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    hear(here, once, data);
  });
  const back = () => {
    if (document.visibilityState === 'visible' && Math.abs(Date.now() - here.lookedAt) > MINUTE_MS) look(here, once);
  };
  document.addEventListener('visibilitychange', back, { signal });
  addEventListener('online', back, { signal });
  const thawed = ({ persisted }: PageTransitionEvent) => persisted && !isSettled(here) && void once('check'); // was told nothing meanwhile
  addEventListener('pageshow', thawed, { signal });
  const { pollEveryS } = options;
  const poll =
    pollEveryS &&
    setInterval(() => {
      if (here.tokens && Date.now() - here.lookedAt > (pollEveryS * 1000) / 2) void once('check');
    }, pollEveryS * 1000);
  signal.addEventListener('abort', () => {
    clearInterval(poll);
    clearTimeout(here.timer);
    channel?.close();
  });
}

/** Somebody signed out here, or is somebody else now: no silent sign-in undoes that. */
const isSettled = ({ state: { reason } }: Here) => reason === 'account_changed' || reason === 'signed_out';

function look(here: Here, once: Once): void {
  const { tokens, options } = here;
  if (!tokens) {
    if (!isSettled(here) && options.silent !== false) void once('check');
  } else if (options.renew === 'ahead' && tokens.expiresAt && tokens.expiresAt - Date.now() < MINUTE_MS)
    void once('renew');
}

/** Takes what another tab tells: an end, a question (tokens are wanted), or tokens. */
function hear(here: Here, once: Once, { key, tokens, framesWork, ended, reason }: Told): void {
  const { user, status } = here.state;
  if (reason !== undefined) {
    if (ended) here.ended.add(ended);
    here.epoch += 1; // what is under way was asked before
    if (user && idOf(user) === ended) end(here, reason, true);
  } else if (key !== here.key) return;
  else if (!tokens) tellTokens(here);
  else if (status === 'signed_out') {
    // somebody has signed in again: the provider says who
    if (here.state.reason !== 'account_changed' && document.visibilityState === 'visible') void once('check');
  } else if (!here.ended.has(idOf(tokens.claims))) {
    here.framesWork ||= framesWork === true;
    accept(here, tokens, true);
  }
}
