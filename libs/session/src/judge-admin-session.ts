import type { AdminApiTemplate, BodySign } from './admin-api-template.js';
import { judgeStatus, judgeUnreachable } from './judge-status.js';
import { type ProbeOutcome, unknown, type UnknownReason, type Verdict } from './verdict.js';

/** What asking an API of sessions brought. */
export type AdminOutcome =
  /** no token for the API could be had: `answer` is the token endpoint's */
  | { readonly kind: 'no_access'; readonly answer: ProbeOutcome }
  | {
      readonly kind: 'asked';
      readonly answer: ProbeOutcome;
      /** headers say that the list goes on elsewhere */
      readonly hasMore: boolean;
      /** tells whether two questions were asked with the same token */
      readonly tokenNumber: number;
    };

/** What was asked about. */
export interface AdminTarget {
  readonly sub: string;
  readonly idpSid: string | undefined;
}

/** `not_found`: the API says in its own words that there is no such session; it counts once another session was seen. */
export type AdminFinding = Verdict | { readonly kind: 'not_found' };

type Found = Readonly<Record<string, unknown>>;

/**
 * Judges the answer of an IdP's API of sessions.
 *
 * @param calibrated whether this API has ever shown a live session of ours: if not, a list without the session may be the
 *   list of somebody who may not see it
 * @see protocol.md §3.1 D
 */
export function judgeAdminSession(
  outcome: AdminOutcome,
  target: AdminTarget,
  template: AdminApiTemplate,
  calibrated: boolean,
  now: Date,
): AdminFinding {
  const { answer } = outcome;
  if (answer.kind === 'unreachable') return judgeUnreachable(answer.reason);
  const { status, body } = answer;
  const refused = () => judgeStatus(answer);
  if (outcome.kind === 'no_access') return status === 200 ? unknown('malformed') : refused();
  if (template.notFound?.status === status && says(template.notFound, body))
    return template.foundMeans === 'active' ? { kind: 'not_found' } : unknown('unbound');
  if (status !== 200) return refused();
  if (template.found !== undefined && !says(template.found, body)) return unknown('malformed');
  const held = memberOf(body, template.sessions);
  return template.answer === 'list'
    ? judgeList(held, isWhole(outcome.hasMore, body, template), target, template, calibrated, now)
    : judgeSession(held, target, template, now);
}

/**
 * Judges a "not found" by what the API says, with the same token, of another session that should be there.
 *
 * @param canary undefined when there was none to ask about
 */
export function judgeNotFound(canary: AdminFinding | undefined): Verdict {
  if (canary?.kind === 'active') return { kind: 'ended', strength: 'strong' };
  const passing: readonly UnknownReason[] = ['unreachable', 'server', 'throttled'];
  return canary?.kind === 'unknown' && passing.includes(canary.reason) ? canary : unknown('config');
}

function judgeSession(held: unknown, { sub, idpSid }: AdminTarget, template: AdminApiTemplate, now: Date): Verdict {
  if (!isObject(held)) return unknown('malformed');
  const { id, user } = template;
  for (const [member, wanted] of [
    [id, idpSid],
    [user, sub],
  ] as const) {
    if (member === undefined) continue;
    const there = memberOf(held, member);
    if (typeof there !== 'string') return unknown('malformed');
    if (wanted !== undefined && there !== wanted) return unknown('mismatch');
  }
  return judgeFound(held, template, now);
}

function judgeList(
  held: unknown,
  whole: boolean,
  { sub, idpSid }: AdminTarget,
  template: AdminApiTemplate,
  calibrated: boolean,
  now: Date,
): Verdict {
  const { id, user } = template;
  if (!Array.isArray(held) || !held.every(isObject)) return unknown('malformed');
  const named = held.map((session) => ({
    session,
    id: id === undefined ? idpSid : memberOf(session, id),
    user: user === undefined ? sub : memberOf(session, user),
  }));
  if (named.some((one) => (id !== undefined && typeof one.id !== 'string') || typeof one.user !== 'string'))
    return unknown('malformed');
  if (named.some((one) => one.user !== sub)) return unknown('mismatch');
  const ours = idpSid === undefined ? undefined : named.find((one) => one.id === idpSid);
  if (ours !== undefined) return judgeFound(ours.session, template, now);
  if (!whole) return unknown('malformed');
  if (idpSid === undefined && named.length > 0) return unknown('no_sid');
  if (template.foundMeans === 'ended') return unknown('unbound'); // not on the list of endings: it may have run out all the same
  return calibrated ? { kind: 'ended', strength: 'weak' } : unknown('uncalibrated');
}

/** An end that has passed by our clock ends nothing: clocks jump, and the API will soon say it in its own words (T149). */
function judgeFound(session: Found, { expires, foundMeans }: AdminApiTemplate, now: Date): Verdict {
  if (foundMeans === 'ended') return { kind: 'ended', strength: 'weak' };
  const ends = expires.map((member) => memberOf(session, member)).filter((end) => end !== undefined && end !== null);
  const times = ends.map(timeOf);
  if (times.some((time) => time === undefined)) return unknown('malformed');
  return times.some((time) => time !== undefined && time <= now.getTime())
    ? unknown('past_its_end')
    : { kind: 'active' };
}

function isWhole(hasMore: boolean, body: unknown, { next }: AdminApiTemplate): boolean {
  if (hasMore) return false;
  const more = next === undefined ? undefined : memberOf(body, next);
  return more === undefined || more === null || more === false || more === '' || more === 0;
}

function says({ member, equals }: BodySign, body: unknown): boolean {
  const there = memberOf(body, member);
  const isPlain = typeof there === 'string' || typeof there === 'number' || typeof there === 'boolean';
  return isPlain && equals.includes(String(there));
}

function memberOf(body: unknown, path: string): unknown {
  if (path === '') return body;
  let at: unknown = body;
  for (const name of path.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

function isObject(value: unknown): value is Found {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SECONDS_BELOW = 100_000_000_000;

function timeOf(end: unknown): number | undefined {
  if (typeof end === 'number') return Number.isFinite(end) ? end * (end < SECONDS_BELOW ? 1000 : 1) : undefined;
  const time = typeof end === 'string' ? Date.parse(end) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
