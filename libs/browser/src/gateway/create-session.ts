import { own } from '../hidden-frame.js';
import { toOutcome, type Outcome } from '../outcome.js';
import { type Channel, ifFree, openChannel } from '../tabs.js';
import { numberIn, textIn } from './answer.js';
import { ask } from './ask.js';
import { check, linger, type Surroundings, type Why } from './check.js';
import { attend } from './event-stream.js';
import { agrees, end, learn, type Settled } from './known.js';
import { onReturn, onStay } from './on-return.js';
import type { Session, SessionOptions, SignInOptions, SignOutOptions } from './session.js';
import { here, takeReturn } from './silent-redirect.js';
import { createStore } from './store.js';

/** Between two looks of all tabs, unless there is news. */
const PAUSE_MS = 60_000;

/**
 * Keeps track of who is signed in through the gateway of this origin: looks now, whenever somebody comes back to the page, and when
 * the gateway or another tab has news.
 *
 * @throws TypeError when `gateway` is of another origin; RangeError when `timeoutMs` is no time
 */
export function createSession(options: SessionOptions = {}): Session {
  const { silent = true, redirect = false, timeoutMs = 10_000 } = options;
  const base = baseOf(options.gateway);
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) throw new RangeError('timeoutMs: give milliseconds, more than 0');
  const store = createStore(takeReturn());
  const over = new AbortController();
  const { signal } = over;
  let [isHere, isLeaving, isNewsDue, askedAt] = [true, false, false, 0];
  let toldSilent: { readonly outcome: Outcome } | undefined;
  let flight: Promise<unknown> = Promise.resolve();
  let channel: Channel;

  const tell = (message: unknown) => {
    askedAt = Date.now();
    channel.tell(message);
  };
  const around: Surroundings = { base, timeoutMs, silent, redirect, signal, store, tell, toldSilent: () => toldSilent };

  /** One flight at a time. */
  const look = (why: Why): Promise<Outcome> => {
    const next = flight.then(() => {
      if (why === 'news') isNewsDue = false;
      return isLeaving ? 'suppressed' : check(around, why);
    });
    flight = next;
    void next.then(follow);
    return next;
  };
  const news = () => {
    if (isNewsDue) return flight;
    isNewsDue = true;
    return look('news');
  };
  const byOneTab = (isDue: () => boolean, task: () => Promise<unknown>) => {
    if (!isDue()) return;
    const first = async () => {
      if (!isDue()) return;
      await task();
      await linger();
    };
    ifFree(`session-sync look ${base}`, first).catch(() => undefined); // no lock for who is no secure context
  };

  const ended = (sid: string, reason: string | undefined) => {
    store.set(end(store.known, sid, reason));
    follow();
  };
  const events = attend(`session-sync events ${base}`, `${base}/bff/events`, (event) => {
    if (event.kind === 'news') void news();
    else {
      ended(event.sid, event.reason);
      tell({ ended: event.sid, reason: event.reason });
    }
  });
  const follow = () => {
    const { status, user } = store.state;
    events.of(isHere && !signal.aborted && status === 'signed_in' ? user?.sid : undefined);
  };

  const hear = (message: unknown) => {
    askedAt = Date.now();
    const outcome = textIn(message, 'silent');
    if (outcome !== undefined) toldSilent = { outcome: outcome === 'timeout' ? outcome : toOutcome(outcome) };
    const sid = textIn(message, 'ended');
    if (sid !== undefined) ended(sid, textIn(message, 'reason'));
    const answer = own(message, 'answer') as Settled | undefined;
    if (!answer) return;
    const epoch = numberIn(message, 'epoch') ?? 0;
    const isLate = epoch < store.known.epoch || (answer.kind === 'in' && store.known.ended.has(answer.user.sid));
    if (!isLate) store.set(learn(store.known, answer, epoch));
    else if (!agrees(store.known, answer)) byOneTab(() => true, news); // two tabs do not know the same: the gateway does
    follow();
  };

  const join = () => (channel = openChannel(`session-sync ${base}`, hear));
  const leave = () => {
    isHere = false;
    channel.close();
    follow();
  };
  channel = join();
  onReturn(() => {
    byOneTab(
      () => Math.abs(Date.now() - askedAt) >= PAUSE_MS,
      () => look('return'),
    );
  }, signal);
  onStay(
    leave,
    () => {
      [isHere, isLeaving] = [true, false];
      join();
      void look('return'); // nothing was heard in the cache
    },
    signal,
  );
  void look('open');

  return {
    get state() {
      return store.state;
    },
    get status() {
      return store.state.status;
    },
    get user() {
      return store.state.user;
    },
    get reason() {
      return store.state.reason;
    },
    get silent() {
      return store.state.silent;
    },
    subscribe: store.subscribe,
    checkSession: () => look('asked'),
    signIn: ({ returnUrl = here(), prompt, loginHint }: SignInOptions = {}) => {
      const query = new URLSearchParams({
        returnUrl,
        ...(prompt !== undefined && { prompt }),
        ...(loginHint !== undefined && { login_hint: loginHint }),
      });
      location.assign(`${base}/bff/login?${query.toString()}`);
    },
    signOut: async ({ everywhere = false, returnUrl }: SignOutOptions = {}) => {
      const { status, body } = await ask(`${base}/bff/logout`, timeoutMs, { everywhere, returnUrl });
      if (status !== 200 || typeof body !== 'object' || body === null) return 'unavailable';
      isLeaving = true;
      const { epoch, user } = store.known;
      const isEnd = textIn(body, 'logoutId') !== undefined;
      const reason = everywhere ? 'user_global_logout' : 'rp_initiated';
      const answer: Settled = { kind: 'out', ended: isEnd, reason };
      store.set(learn(store.known, answer, epoch));
      tell({ epoch, answer, ...(isEnd && { ended: user?.sid, reason }) });
      follow();
      const query = new URLSearchParams({
        ...(isEnd && { idp: 'not_told' }),
        ...(returnUrl !== undefined && { returnUrl }),
      });
      location.assign(
        textIn(body, 'idpLogoutUrl') ?? `${base}/bff/${isEnd ? 'signed-out' : 'logout'}?${query.toString()}`,
      );
      return 'signed_out';
    },
    close: () => {
      over.abort();
      leave();
    },
  };
}

/** Gives the base of a front end, without a slash at its end. */
function baseOf(gateway = '/'): string {
  const { origin, pathname } = new URL(gateway, location.href);
  if (origin !== location.origin) throw new TypeError('gateway: give a path of this origin');
  return origin + pathname.replace(/\/+$/, '');
}
