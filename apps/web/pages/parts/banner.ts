import type { SessionState, User } from '#browser';
import { howSilent, inWords, timeOfDay, whyEnded } from './words.js';

/** What the top of a front end says. */
export interface Banner {
  readonly mood: 'looking' | 'in' | 'out' | 'ended';
  readonly who: string;
  readonly why: string;
  /** how the latest silent sign-in went */
  readonly silent: string;
}

/** Endings that a person has asked for: what the identity provider said to a silent sign-in since is no news to them. */
const BY_WISH: ReadonlySet<string | undefined> = new Set(['rp_initiated', 'user_global_logout']);

/** Says a session's state in plain words. @param hasSignedOut the person has signed out in this tab, before it opened anew */
export function bannerOf({ status, user, reason, silent }: SessionState<User>, hasSignedOut = false): Banner {
  const how = silent === undefined ? '' : howSilent(silent.outcome, silent.via);
  if (status === 'unknown')
    return {
      mood: 'looking',
      who: 'Looking who is signed in…',
      why: 'Nothing is shown until that is known.',
      silent: how,
    };
  if (status === 'signed_in')
    return { mood: 'in', who: `Signed in as ${nameOf(user)}`, why: confirmed(user), silent: took(how, silent) };
  if (reason !== undefined) {
    const news = BY_WISH.has(reason) ? '' : how;
    return { mood: 'ended', who: 'Your session has ended', why: whyEnded(reason), silent: news };
  }
  if (hasSignedOut) return { mood: 'out', who: 'Nobody is signed in', why: whyEnded('rp_initiated'), silent: '' };
  return { mood: 'out', who: 'Nobody is signed in', why: how === '' ? 'Sign in to go on.' : how, silent: '' };
}

/** A claim as text, if it is one. */
function textOf(user: User | undefined, name: string): string | undefined {
  const value = user?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The person's name; who has none is called as the identity provider calls them. */
export const nameOf = (user: User | undefined): string =>
  textOf(user, 'name') ?? textOf(user, 'preferred_username') ?? user?.sub ?? 'Somebody';

function confirmed(user: User | undefined): string {
  const checkedAt = new Date(textOf(user, 'bff:idp_checked_at') ?? '');
  const endsInS = user?.['bff:session_expires_in'];
  const since = Number.isNaN(checkedAt.getTime())
    ? 'You are signed in.'
    : `Confirmed by the identity provider at ${timeOfDay(checkedAt)}.`;
  return typeof endsInS === 'number' ? `${since} The session ends in ${inWords(endsInS)} unless it is used.` : since;
}

const took = (how: string, silent: SessionState<User>['silent']): string =>
  silent?.tookMs === undefined || silent.outcome !== 'signed_in'
    ? how
    : `${how} It took ${Math.round(silent.tookMs)} ms.`;
