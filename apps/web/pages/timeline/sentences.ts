import type { TimelineEntry } from '../../src/timeline/timeline-entry.js';
import type { Of, ProbesRow, Row } from './rows.js';

/** What a line is about: its colour, its icon, its word. */
export type Lane = 'signin' | 'page' | 'poller' | 'ending' | 'event' | 'panel';

/** The word that stands at each line. */
export const LANES: Readonly<Record<Lane, string>> = {
  signin: 'Sign-in',
  page: 'Page',
  poller: 'Poller',
  ending: 'Ending',
  event: 'Event',
  panel: 'Panel',
};

/** Gives the lane of a line. */
export function laneOf(row: Row): Lane {
  if (row.kind === 'probes') return 'poller';
  if (row.kind === 'ending') return 'ending';
  const LANE_OF = {
    opened: 'signin',
    silent: 'signin',
    shown: 'page',
    published: 'event',
    receipt: 'event',
    panel: 'panel',
  } as const;
  return LANE_OF[row.entry.kind];
}

/** Begins a word with a capital letter: `notes` is `Notes`; the one that is no word stays as it is written, `IdP`. */
export const titled = (word: string): string =>
  word === 'idp' ? 'IdP' : word.includes(':') ? word : word.charAt(0).toUpperCase() + word.slice(1);

/** Calls a person by something short: `person-ana` is `Ana`; of an id without meaning the first letters. */
export function personOf(sub: string): string {
  const name = /^(?:person-)?([a-z]{2,16})$/i.exec(sub)?.[1];
  return name === undefined ? (sub.length > 12 ? `${sub.slice(0, 8)}…` : sub) : titled(name);
}

const isPoller = (name: string): boolean => name.includes('poller');

/** Whether it has sessions of its own, which it revokes when it hears of an ending. */
export const isService = (name: string): boolean => name !== 'idp' && name !== 'gateway' && !isPoller(name);

/** Says what follows when somebody has stopped it. */
export function stoppedInWords(name: string): string {
  const stopped = `${titled(name)} is stopped.`;
  if (name === 'idp') return `${stopped} Nobody is signed out because of that, and nobody can sign in.`;
  if (name === 'gateway') return `${stopped} No page has an answer, and nobody is signed out.`;
  return isPoller(name)
    ? `${stopped} Only a push or a sign-out tells of endings now, and services hear of them when it is back.`
    : `${stopped} Endings wait for it.`;
}

const CAUSES: ReadonlyMap<string, string> = new Map([
  ['rp_initiated', 'signed out in an app'],
  ['backchannel_logout', 'the IdP told us so'],
  ['frontchannel_logout', 'the IdP told the browser so'],
  ['poll_session_ended', 'the poller found out'],
  ['silent_check', 'the IdP did not know the browser any more'],
  ['idp_admin', 'an administrator at the IdP'],
  ['ssf_session_revoked', 'the IdP sent a signal'],
  ['global_token_revocation', 'all tokens were revoked'],
  ['account_disabled', 'the account was disabled'],
  ['token_reuse', 'a token was used twice'],
  ['user_global_logout', 'signed out everywhere'],
  ['operator', 'operator'],
  ['session_expired', 'too old, or not used'],
  ['expired', 'too old, or not used'],
]);

/** Says why a session ended, in few words. */
export const causeInWords = (cause: string): string => CAUSES.get(cause) ?? cause.replaceAll('_', ' ');

const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ['signed_in', 'signed in, without a page'],
  ['login_required', 'the IdP asks for a sign-in'],
  ['consent_required', 'the IdP asks for consent'],
  ['interaction_required', 'the IdP wants to show a page'],
  ['account_selection_required', 'the IdP wants an account to be chosen'],
  ['account_changed', 'somebody else is signed in at the IdP'],
  ['unavailable', 'the IdP does not answer'],
  ['denied', 'the IdP refused'],
  ['suppressed', 'not asked again so soon'],
  ['timeout', 'no answer in time'],
]);

/** Says milliseconds so that they are read at once: `9 ms`, `1.20 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
}

/** Says what a service did with the news. */
export const serviceRevoked = ({ service, sessions }: Of<'receipt'>): string =>
  `${service} revoked ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;

/** Says what the poller heard. */
export function probesInWords({ last }: ProbesRow): string {
  const asked = `Poller asked the IdP about ${personOf(last.sub)}`;
  if (last.verdict === 'active') return `${asked}: still signed in`;
  if (last.verdict === 'ended' && last.reason === 'weak')
    return `${asked}: the session there seems to have ended, so it asks once more`;
  if (last.verdict === 'ended') return `${asked}: the session there has ended`;
  const why = last.reason === undefined ? '' : ` (${last.reason.replaceAll('_', ' ')})`;
  return `${asked}: no answer that counts${why}, so nothing changes`;
}

/** Says what has happened. @param owner whose session it is, where that is known */
export function entryInWords(entry: Exclude<TimelineEntry, Of<'probe' | 'ended'>>, owner?: string): string {
  switch (entry.kind) {
    case 'opened':
      return `${personOf(entry.sub)} was signed in at ${titled(entry.frontEnd)}`;
    case 'silent':
      return `${titled(entry.frontEnd)} tried a silent sign-in by ${entry.via}: ${OUTCOMES.get(entry.outcome) ?? entry.outcome}`;
    case 'shown':
      return shownInWords(entry, owner);
    case 'published':
      return `Event on NATS after ${duration(entry.tookMs)}`;
    case 'receipt':
      return `${serviceRevoked(entry)}, ${duration(entry.tookMs)} after publication`;
    case 'panel':
      return panelInWords(entry);
  }
}

function shownInWords({ frontEnd, status, reason }: Of<'shown'>, owner: string | undefined): string {
  const who = owner === undefined ? 'somebody' : personOf(owner);
  if (status === 'signed_in') return `${titled(frontEnd)} page shows that ${who} is signed in`;
  const why = reason === undefined ? 'nobody is signed in' : `the session has ended: ${causeInWords(reason)}`;
  return `${titled(frontEnd)} page shows that ${why}`;
}

function panelInWords({ deed, what, push }: Of<'panel'>): string {
  const told = push === undefined ? '' : push ? ', and the apps are told' : ', and nobody is told';
  if (deed === 'session_ended') return `A session at the IdP was ended by hand: ${personOf(what)}${told}`;
  return `${titled(what)} was ${deed === 'service_stopped' ? 'stopped' : 'started'} by hand`;
}
