import { z } from 'zod';
import { causes } from './ending.js';
import { SessionError } from './errors.js';
import { type Sid, SID_PATTERN } from './ids.js';
import type { SessionEnded } from './session-ended.js';
import { Text, Timestamp } from './wire-types.js';

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

const AnySid = z
  .string()
  .regex(SID_PATTERN)
  .transform((text) => text as Sid);
const Version = z.literal(VERSION);

/** A question as it travels. Members that are not named here are ignored. */
export const EndedQuestionWire = z.object({
  version: Version.describe('of question and answer'),
  iss: Text.max(2048).meta({ description: 'issuer of all these sessions', examples: ['https://idp.example.com'] }),
  sids: z
    .array(AnySid)
    .min(1)
    .max(MOST_ASKED)
    .describe('our ids of the sessions, as in the assertions; never the sid of the IdP'),
});

const Ended = z.object({
  sid: AnySid.describe('one that was asked about'),
  effective_at: Timestamp.describe('when the session ended at the IdP: what was opened after it is not meant'),
  cause: Text.max(64).meta({
    description: 'why it ended; take a value that you do not know for a logout',
    examples: [...causes],
  }),
  id: Text.max(256).describe('id of the event that told of it, or would have'),
});
const Answered = z.object({
  version: Version,
  ended: z
    .array(Ended)
    .max(MOST_ASKED)
    .describe('those that have ended; one that is not among them has not ended, or is not known'),
});
const Refused = z.object({
  version: Version,
  error: z
    .enum(REFUSALS)
    .describe('the question can’t be read; too many are asked; the hub can’t be asked. Says nothing about a session'),
});

/** An answer as it travels. Members that are not named here are ignored. */
export const EndedAnswerWire = z.union([Answered, Refused]);

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
  const { data } = EndedQuestionWire.safeParse(json);
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
  const { data } = EndedAnswerWire.safeParse(json);
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
