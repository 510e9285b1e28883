import { z } from 'zod';
import { SessionError } from './errors.js';
import { parseSid, type Sid } from './ids.js';
import type { SessionEnded } from './session-ended.js';

const SUBJECT = 'sso.v1.ask.ended';
/** Where all services' questions come in. */
export const ENDED_QUESTIONS = `${SUBJECT}.*`;
/** Sids in one question: the answer is then far below the megabyte that a NATS message may have. */
export const MOST_ASKED = 500;

const VERSION = 1;
const REFUSALS = ['invalid', 'busy', 'unavailable'] as const;

/** A service's question: which of these sessions have ended? */
export interface EndedQuestion {
  readonly iss: string;
  readonly sids: readonly Sid[];
}

/** Why there is no answer: the question can't be read, too many are asked, or the hub's database can't be asked. */
export type EndedRefusal = (typeof REFUSALS)[number];

/** What the hub answers: which of the sessions have ended, as events. A refusal says nothing about any of them. */
export type EndedAnswer =
  | { readonly kind: 'ended'; readonly events: readonly SessionEnded[] }
  | { readonly kind: 'refused'; readonly reason: EndedRefusal };

const Iss = z
  .string()
  .min(1)
  .max(2048)
  .refine((text) => !text.includes('\0'));
const AnySid = z.string().transform((text, context) => {
  const sid = parseSid(text);
  if (sid !== undefined) return sid;
  context.addIssue('no sid');
  return z.NEVER;
});
const Question = z.object({ version: z.literal(VERSION), iss: Iss, sids: z.array(AnySid).min(1).max(MOST_ASKED) });
const Ended = z.object({
  sid: AnySid,
  effective_at: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((date) => date.getTime() >= 0),
  cause: z.string().min(1).max(64),
  id: z.string().min(1).max(256),
});
const Answer = z.union([
  z.object({ version: z.literal(VERSION), ended: z.array(Ended).max(MOST_ASKED) }),
  z.object({ version: z.literal(VERSION), error: z.enum(REFUSALS) }),
]);

/** Gives the NATS subject of a service's questions, so that a broker can permit it to that service alone. */
export function endedQuestionSubjectOf(service: string): string {
  return `${SUBJECT}.${service}`;
}

/** Gives the service that asks under a subject; undefined when it is none of these. */
export function serviceOfQuestion(subject: string): string | undefined {
  return /^sso\.v1\.ask\.ended\.([\w-]{1,64})$/.exec(subject)?.[1];
}

/** Gives a question as JSON. */
export function encodeEndedQuestion({ iss, sids }: EndedQuestion): Readonly<Record<string, unknown>> {
  return { version: VERSION, iss, sids };
}

/**
 * Reads a question. Members that we do not know are ignored.
 *
 * @throws SessionError `SESSION_EVENT_INVALID`: another version, no sids, more than {@link MOST_ASKED}, or what is no sid
 */
export function decodeEndedQuestion(json: unknown): EndedQuestion {
  const { data } = Question.safeParse(json);
  if (data === undefined) throw new SessionError('SESSION_EVENT_INVALID', 'the question about endings is unusable');
  return { iss: data.iss, sids: data.sids };
}

/** Gives an answer as JSON: of each ending only what a service needs to apply it. */
export function encodeEndedAnswer(answer: EndedAnswer): Readonly<Record<string, unknown>> {
  if (answer.kind === 'refused') return { version: VERSION, error: answer.reason };
  const ended = answer.events.map(({ sid, effectiveAt, cause, id }) => ({
    sid,
    effective_at: effectiveAt.toISOString(),
    cause,
    id,
  }));
  return { version: VERSION, ended };
}

/**
 * Reads the answer to `question`. Members that we do not know are ignored.
 *
 * @throws SessionError `SESSION_EVENT_INVALID` for what can't be read, and for an answer about sessions that were not asked about
 */
export function decodeEndedAnswer(json: unknown, question: EndedQuestion): EndedAnswer {
  const { data } = Answer.safeParse(json);
  if (data === undefined) throw new SessionError('SESSION_EVENT_INVALID', 'the answer about endings is unusable');
  if ('error' in data) return { kind: 'refused', reason: data.error };
  const asked = new Set(question.sids);
  if (data.ended.some(({ sid }) => !asked.has(sid)))
    throw new SessionError('SESSION_EVENT_INVALID', 'the answer is about a session that was not asked about');
  return { kind: 'ended', events: data.ended.map((ended) => eventOf(question.iss, ended)) };
}

function eventOf(iss: string, { sid, effective_at, cause, id }: z.infer<typeof Ended>): SessionEnded {
  return {
    ...{ id, source: 'urn:sso:hub', tenant: undefined, scope: 'session', iss, sid, sub: undefined },
    ...{ effectiveAt: effective_at, detectedAt: effective_at, cause, causeId: '' },
    ...{ evidence: { method: 'asked', strength: 'strong', probes: 0 }, initiatingEntity: 'system' },
  };
}
