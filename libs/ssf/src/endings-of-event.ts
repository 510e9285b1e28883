import type { SecurityEvent, SimpleSubject } from '#oidc';
import { type Cause, type EndingOf, type Lane, parseSub } from '#session';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';

/** Event types that end sessions, and why. All others are taken, and change nothing. */
const CAUSES: ReadonlyMap<string, Cause> = new Map([
  [`${CAEP}session-revoked`, 'ssf_session_revoked'],
  [`${RISC}sessions-revoked`, 'ssf_session_revoked'],
  [`${RISC}account-disabled`, 'account_disabled'],
  [`${RISC}account-purged`, 'account_disabled'],
]);

/** The events to ask a transmitter for. */
export const ENDING_EVENTS: readonly string[] = [...CAUSES.keys()];

/** Members of a complex subject that say no more about a person than who it is: her tenant does not split her sessions. */
const WITHIN_A_PERSON: ReadonlySet<string> = new Set(['tenant', 'org_unit']);

/** Of what our clients were told the event is, or why it changes nothing. */
export type EventMeaning =
  | { readonly kind: 'ends'; readonly cause: Cause; readonly of: readonly EndingOf[] }
  | { readonly kind: 'ignored'; readonly reason: 'event_type' | 'subject' | 'critical_member' };

/**
 * Says which sessions an event is about.
 *
 * @param lanes one IdP, as all of its clients
 * @param isCritical whether a member of a complex subject must be understood, or the event is void
 * @see CAEP 1.0 §3.1; RISC Profile 1.0 §2; Shared Signals Framework 1.0 §3.3 to §3.6
 */
export function meaningOf(
  { type, subject }: SecurityEvent,
  lanes: readonly Lane[],
  isCritical: (member: string) => boolean,
): EventMeaning {
  const cause = CAUSES.get(type);
  if (cause === undefined) return { kind: 'ignored', reason: 'event_type' };
  const ends = (user: SimpleSubject | undefined, session?: SimpleSubject): EventMeaning => {
    const of = lanes.flatMap((lane) => endingOf(lane, user, session) ?? []);
    return of.length === 0 ? { kind: 'ignored', reason: 'subject' } : { kind: 'ends', cause, of };
  };
  if (subject.format === 'aliases') return ends(subject.identifiers.find(({ format }) => format === 'iss_sub'));
  if (subject.format !== 'complex') {
    // an opaque id is a session's where the event is about one session, and else a person's, in words that nobody told us
    return subject.format === 'opaque' && type === `${CAEP}session-revoked` ? ends(undefined, subject) : ends(subject);
  }
  const { user, session, ...others } = subject.members;
  const foreign = Object.keys(others).filter((member) => !WITHIN_A_PERSON.has(member));
  if (foreign.some(isCritical)) return { kind: 'ignored', reason: 'critical_member' };
  if (session !== undefined) return ends(user, session);
  return foreign.length > 0 ? { kind: 'ignored', reason: 'subject' } : ends(user); // of one device: we can't tell which
}

function endingOf(
  { iss, clientId }: Lane,
  user: SimpleSubject | undefined,
  session: SimpleSubject | undefined,
): EndingOf | undefined {
  if (user?.format === 'iss_sub' && user.iss !== iss) return undefined; // another issuer's person is nobody here
  const sub = user?.format === 'iss_sub' ? parseSub(user.sub) : undefined;
  if (user?.format === 'iss_sub' && sub === undefined) return undefined;
  if (session?.format === 'opaque') return { kind: 'idp_session', iss, clientId, idpSid: session.id, sub };
  return session === undefined && sub !== undefined ? { kind: 'subject', iss, clientId, sub } : undefined;
}
