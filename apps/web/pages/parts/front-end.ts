import { createSession, type Session, type User } from '#browser';
import { atOnce } from './again.js';
import { bannerOf } from './banner.js';
import { at, atOf, on, say } from './element.js';
import { keepOwnWish, wasOwnWish } from './own-wish.js';
import { pointAt, readPlaces } from './places.js';
import { tellOf } from './told.js';

const NO_ANSWER = 'There was no answer, and nobody was signed out. What is shown may be out of date.';
const NOT_KNOWN = 'There was no answer, and nobody was signed out. Look again in a moment.';
const PATIENCE_MS = 4_000;

/** What a front end shows below its banner. */
export interface FrontEnd {
  readonly other: 'notes' | 'billing';
  /** somebody is signed in: `signal` ends with that session */
  readonly open: (session: Session, user: User, signal: AbortSignal) => void;
  /** nobody is, or that is not known: nothing of anybody may stay on the page */
  readonly clear: (mood: 'looking' | 'out' | 'ended') => void;
}

/** Runs a front end: the banner, its buttons and links, and what is below for each session. */
export function runFrontEnd({ other, open, clear }: FrontEnd): void {
  const session = createSession({ redirect: true });
  let shown: { readonly sid: string | undefined; readonly ending: AbortController } | undefined;
  const show = (): void => {
    const { mood } = showBanner(session);
    const { user } = session.state;
    if (shown !== undefined && shown.sid === user?.sid && mood !== 'looking' && user !== undefined) return;
    shown?.ending.abort();
    shown = { sid: user?.sid, ending: new AbortController() };
    if (user !== undefined && mood === 'in') open(session, user, shown.ending.signal);
    else clear(mood === 'in' ? 'looking' : mood);
  };
  session.subscribe(show);
  show();
  tellOf(session);
  obeyButtons(session);
  setTimeout(() => {
    if (session.state.status === 'unknown') sayNoAnswer(session);
  }, PATIENCE_MS);
  void readPlaces().then((places) => {
    pointAt(atOf('other', HTMLAnchorElement), places.get(other));
    pointAt(atOf('timeline', HTMLAnchorElement), places.get('timeline'));
  });
}

function sayNoAnswer({ state: { status } }: Session): void {
  if (status === 'unknown') say(at('who'), 'It is not known who is signed in');
  say(at('notice'), status === 'unknown' ? NOT_KNOWN : NO_ANSWER);
}

function showBanner(session: Session): ReturnType<typeof bannerOf> {
  const banner = bannerOf(session.state, wasOwnWish());
  document.documentElement.dataset.mood = banner.mood;
  say(at('who'), banner.who);
  say(at('why'), banner.why);
  say(at('notice'), banner.silent);
  const isIn = banner.mood === 'in';
  if (isIn) keepOwnWish(false);
  for (const id of ['sign-out', 'sign-out-everywhere']) at(id).hidden = !isIn;
  at('sign-in').hidden = isIn || banner.mood === 'looking';
  return banner;
}

function obeyButtons(session: Session): void {
  const signOut = async (everywhere: boolean): Promise<void> => {
    if ((await session.signOut({ everywhere })) === 'signed_out') keepOwnWish(true);
    else say(at('notice'), 'The gateway could not be reached: you are still signed in.');
  };
  at('sign-in').addEventListener('click', () => {
    session.signIn();
  });
  on('click', at('sign-out'), () => signOut(false));
  on('click', at('sign-out-everywhere'), () => signOut(true));
  on('click', at('look-again'), async () => {
    say(at('notice'), 'Looking…');
    atOnce();
    const outcome = await session.checkSession();
    const { silent } = bannerOf(session.state, wasOwnWish());
    const away = outcome === 'unavailable' || session.state.status === 'unknown';
    if (away) sayNoAnswer(session);
    else say(at('notice'), silent);
  });
}
