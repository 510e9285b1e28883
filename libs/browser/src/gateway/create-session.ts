import { own } from '../hidden-frame.js';
import { onReturn, onThaw, opened } from '../on-return.js';
import { toOutcome, type Outcome } from '../outcome.js';
import { type Channel, ifFree, openChannel } from '../tabs.js';
import { numberIn, textIn } from './answer.js';
import { ask } from './ask.js';
import { createCheck, linger, type Why } from './check.js';
import { attend } from './event-stream.js';
import { end, learn, learnTold, type Settled } from './known.js';
import type { Session, SessionOptions, SignInOptions, SignOutOptions } from './session.js';
import { here, leaveFor, takeReturn, takeTrip } from './silent-redirect.js';
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
  const store = createStore(`session-sync ${base}`, takeReturn());
  const { known, view } = store;
  const over = new AbortController();
  const { signal } = over;
  let [isHere, isLeaving, isNewsDue, askedAt] = [true, false, false, 0];
  let toldSilent: { readonly outcome: Outcome } | undefined;
  let flight: Promise<unknown> = opened();
  let channel: Channel;

  const tell = (message: object) => {
    askedAt = Date.now();
    channel.tell(message);
  };
  const around = {
    base,
    timeoutMs,
    silent,
    redirect,
    signal,
    store,
    tell,
    isLeaving: () => isLeaving,
    toldSilent: () => toldSilent,
  };
  const check = createCheck(around);

  /** One flight at a time. */
  const look = (why: Why): Promise<Outcome> => {
    const next = flight.then(async () => {
      if (why === 'news') isNewsDue = false;
      const outcome: Outcome = isLeaving || signal.aborted ? 'suppressed' : await check(why);
      follow();
      return outcome;
    });
    flight = next;
    return next;
  };
  const news = async () => {
    if (isNewsDue) return;
    isNewsDue = true;
    await look('news');
  };
  const byOneTab = (isDue: () => boolean, task: () => Promise<unknown>) => {
    if (!isDue()) return;
    const first = async () => {
      if (!isDue()) return;
      await task();
      await linger();
    };
    ifFree(`look ${base}`, first).catch(() => undefined); // no lock for who is no secure context
  };

  const ended = (sid: string, reason: string | undefined) => {
    store.set(end(known(), sid, reason));
    follow();
  };
  const events = attend(`events ${base}`, `${base}/bff/events`, {
    news: () => void news(),
    ended: (sid, reason) => {
      ended(sid, reason);
      tell({ ended: sid, reason });
    },
  });
  const follow = () => {
    events(isHere ? view.user?.sid : undefined);
  };

  const hear = (message: unknown) => {
    askedAt = Date.now();
    const outcome = textIn(message, 'silent');
    if (outcome !== undefined) toldSilent = { outcome: outcome === 'timeout' ? outcome : toOutcome(outcome) };
    const sid = textIn(message, 'ended');
    if (sid !== undefined) ended(sid, textIn(message, 'reason'));
    const answer = own(message, 'answer') as Settled | undefined;
    if (!answer) return;
    const next = learnTold(known(), answer, numberIn(message, 'epoch') ?? 0);
    if (next) store.set(next);
    else byOneTab(() => true, news);
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
  addEventListener('pagehide', leave, { signal });
  onThaw(() => {
    [isHere, isLeaving] = [true, false];
    join();
    void look('return'); // nothing was heard in the cache
  }, signal);
  void look('open');

  return Object.assign(view, {
    checkSession: () => look('asked'),
    signIn: ({ returnUrl = here(), prompt, loginHint }: SignInOptions = {}) => {
      takeTrip(base); // one that is under way ends here: who comes back has been at the form
      leaveFor(`${base}/bff/login`, { returnUrl, prompt, login_hint: loginHint });
    },
    signOut: async ({ everywhere, returnUrl }: SignOutOptions = {}): Promise<'signed_out' | 'unavailable'> => {
      const { status, body } = await ask(`${base}/bff/logout`, timeoutMs, { everywhere, returnUrl });
      if (status !== 200 || !(body instanceof Object)) return 'unavailable';
      isLeaving = true;
      const [epoch, { user }] = [store.asksAt(), known()];
      const reason = textIn(body, 'logoutId') && (everywhere ? 'user_global_logout' : 'rp_initiated');
      const answer: Settled = { kind: 'out', reason };
      const sid = reason && user?.sid;
      store.set(learn(end(known(), sid, reason), answer, epoch));
      tell({ epoch, answer, ended: sid, reason });
      follow();
      const idp = textIn(body, 'idpLogoutUrl');
      if (idp !== undefined) leaveFor(idp, {});
      else if (reason) leaveFor(`${base}/bff/signed-out`, { idp: 'not_told', returnUrl });
      else leaveFor(`${base}/bff/logout`, { returnUrl });
      return 'signed_out';
    },
    close: () => {
      over.abort();
      leave();
    },
  });
}

/** Gives the base of a front end, without a slash at its end. */
function baseOf(gateway = '/'): string {
  const { origin, pathname } = new URL(gateway, location.href);
  if (origin !== location.origin) throw new TypeError('gateway: give a path of this origin');
  return origin + pathname.replace(/\/+$/, '');
}
