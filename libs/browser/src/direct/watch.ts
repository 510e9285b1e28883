import { onReturn, onThaw } from '../on-return.js';
import type { Outcome } from '../outcome.js';
import { openChannel } from '../tabs.js';
import { accept, end, type Here, idOf, tellTokens, type Told } from './here.js';
import type { Why } from './silently.js';

/** Asks, if the same question is not under way already. */
export type Once = (why: Why) => Promise<Outcome>;

const MINUTE_MS = 60_000;

/** Keeps the state true: by what other tabs tell, when somebody comes back to this tab, and every so often if that is wanted. */
export function watch(here: Here, once: Once): void {
  const { signal } = here.over;
  const channel = (here.channel = openChannel(here.name, (data) => {
    hear(here, data as Told);
  }));
  onReturn(() => {
    if (idleMs(here) > MINUTE_MS) look(here, once);
  }, signal);
  onThaw(() => {
    if (here.tokens || asksByItself(here)) void once('check');
  }, signal);
  const { pollEveryS } = here.options;
  const poll =
    pollEveryS &&
    setInterval(() => {
      if (here.tokens && idleMs(here) > (pollEveryS * 1000) / 2) void once('check');
    }, pollEveryS * 1000);
  signal.addEventListener('abort', () => {
    clearInterval(poll);
    clearTimeout(here.timer);
    channel.close();
  });
}

/** Clocks are set back, too. */
const idleMs = ({ lookedAt }: Here) => Math.abs(Date.now() - lookedAt);

/** Somebody signed out here, or is somebody else now: no silent sign-in undoes that. */
const asksByItself = ({ states: { view }, options }: Here) =>
  options.silent !== false && view.reason !== 'account_changed' && view.reason !== 'signed_out';

function look(here: Here, once: Once): void {
  const { tokens, options } = here;
  if (!tokens) {
    if (asksByItself(here)) void once('check');
  } else if (options.renew === 'ahead' && tokens.expiresAt && tokens.expiresAt - Date.now() < MINUTE_MS)
    void once('renew');
}

/** Takes what another tab tells: an end, a question (tokens are wanted), or tokens. */
function hear(here: Here, { key, tokens, framesWork, ended, reason }: Told): void {
  const { user, reason: why } = here.states.view;
  if (reason !== undefined) {
    if (ended) here.ended.add(ended);
    here.epoch += 1; // what is under way was asked before
    if (user && idOf(user) === ended) end(here, reason, true);
  } else if (key !== here.key) return;
  else if (!tokens) tellTokens(here);
  else if (why !== 'account_changed' && !here.ended.has(idOf(tokens.claims))) {
    here.framesWork ||= framesWork === true;
    accept(here, tokens, true);
  }
}
