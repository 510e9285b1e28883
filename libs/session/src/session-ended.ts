import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Ending } from './ending.js';
import { SessionError } from './errors.js';
import type { Sid, Sub } from './ids.js';
import { SESSION_ENDED, SESSION_ENDED_SCHEMA, SessionEndedWire } from './session-ended-wire.js';

const EVENT_OF_SOME_VERSION = /^sso\.session\.ended\.v\d+$/;

interface ScopelessEvent {
  /** deterministic: the same ending told twice has the same id */
  readonly id: string;
  readonly source: string;
  readonly iss: string;
  readonly tenant: string | undefined;
  /** when the IdP session ended */
  readonly effectiveAt: Date;
  readonly detectedAt: Date;
  readonly cause: string;
  readonly causeId: string;
  readonly evidence: { readonly method: string; readonly strength: 'strong' | 'weak'; readonly probes: number };
  readonly initiatingEntity: string;
}

/** The fact that travels: a session has ended, or every session of a person. */
export type SessionEnded = ScopelessEvent &
  (
    | { readonly scope: 'session'; readonly sid: Sid; readonly sub: Sub | undefined }
    | { readonly scope: 'subject'; readonly sub: Sub; readonly sid: undefined }
  );

/** Makes the event that tells of one session's ending. Its id is the same whenever the same ending is told. */
export function sessionEndedOf(
  ending: Ending,
  session: { readonly iss: string; readonly sid: Sid; readonly sub: Sub },
  told: { readonly source: string; readonly tenant: string | undefined; readonly at: Date },
): SessionEnded {
  const identity = ['session', session.iss, session.sid, ending.cause, ending.causeId].join('|');
  return {
    id: createHash('sha256').update(identity).digest('base64url'),
    source: told.source,
    tenant: told.tenant,
    scope: 'session',
    ...session,
    effectiveAt: ending.effectiveAt,
    detectedAt: told.at,
    cause: ending.cause,
    causeId: ending.causeId,
    evidence: ending.evidence,
    initiatingEntity: ending.initiatingEntity,
  };
}

/** Gives the event as CloudEvents 1.0 JSON, structured mode. It never holds a token, a name or an address. */
export function encodeSessionEnded(event: SessionEnded): Readonly<Record<string, unknown>> {
  return {
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: SESSION_ENDED,
    subject: event.scope === 'session' ? `session/${event.sid}` : `subject/${hashKey(event.sub, 32)}`,
    time: event.detectedAt.toISOString(),
    datacontenttype: 'application/json',
    dataschema: SESSION_ENDED_SCHEMA,
    data: {
      scope: event.scope,
      iss: event.iss,
      ...(event.sid === undefined ? {} : { sid: event.sid }),
      ...(event.sub === undefined ? {} : { sub: event.sub }),
      tenant: event.tenant ?? null,
      effective_at: event.effectiveAt.toISOString(),
      detected_at: event.detectedAt.toISOString(),
      cause: event.cause,
      cause_id: event.causeId,
      evidence: event.evidence,
      initiating_entity: event.initiatingEntity,
    },
  };
}

const Typed = z.object({ type: z.string() });
/** What every version of the event keeps (EVT-11). */
const Kept = z.object({
  id: z.unknown(),
  data: z
    .object({ scope: z.unknown(), iss: z.unknown(), sid: z.unknown(), sub: z.unknown(), effective_at: z.unknown() })
    .partial(),
});

/** Gives the pattern by which a handler is found: {@link SESSION_ENDED} for every version of it; undefined for what is no event. */
export function eventPatternOf(message: unknown): string | undefined {
  const type = Typed.safeParse(message).data?.type;
  return type !== undefined && EVENT_OF_SOME_VERSION.test(type) ? SESSION_ENDED : type;
}

/** Reduces an event of a version to come to what all versions keep, so that its ending is applied and not held up. */
function toThisVersion(json: unknown): unknown {
  const type = Typed.safeParse(json).data?.type;
  if (type === SESSION_ENDED || eventPatternOf(json) !== SESSION_ENDED) return json;
  const { id, data } = Kept.safeParse(json).data ?? { data: {} };
  const { scope, iss, sid, sub, effective_at } = data;
  return {
    ...{ specversion: '1.0', id, source: 'unknown', type: SESSION_ENDED, time: effective_at },
    data: { scope, iss, sid, sub, effective_at, cause: 'unknown' },
  };
}

/**
 * Reads an event. Members that we do not know are ignored, so that producers may add some; of another major version, what
 * all versions keep is read, and its cause is `unknown`.
 *
 * @throws SessionError `SESSION_EVENT_INVALID` for what can never be read
 */
export function decodeSessionEnded(json: unknown): SessionEnded {
  const parsed = SessionEndedWire.safeParse(toThisVersion(json));
  if (!parsed.success) {
    const members = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new SessionError('SESSION_EVENT_INVALID', `the event is unusable: ${members}`);
  }
  const { data, ...envelope } = parsed.data;
  const common: ScopelessEvent = {
    id: envelope.id,
    source: envelope.source,
    iss: data.iss,
    tenant: data.tenant ?? undefined,
    effectiveAt: data.effective_at,
    detectedAt: data.detected_at ?? envelope.time,
    cause: data.cause,
    causeId: data.cause_id ?? '',
    evidence: evidenceOf(data.evidence),
    initiatingEntity: data.initiating_entity ?? 'system',
  };
  return data.scope === 'session'
    ? { ...common, scope: 'session', sid: data.sid, sub: data.sub }
    : { ...common, scope: 'subject', sub: data.sub, sid: undefined };
}

/** Nobody acts on it: a strength that is told in a new word is an ending all the same. */
function evidenceOf(said: { readonly method: string; readonly strength: string; readonly probes: number } | undefined) {
  if (said === undefined) return { method: 'unknown', strength: 'strong', probes: 0 } as const;
  return { ...said, strength: said.strength === 'weak' ? 'weak' : 'strong' } as const;
}

/**
 * Gives the NATS subject of an event. Raw ids never stand in it, nor a tenant that is more than `a-z`, `0-9` and `-`:
 * they may hold dots and wildcards (EVT-07).
 */
export function subjectOf(event: Pick<SessionEnded, 'scope' | 'iss' | 'sid' | 'sub' | 'tenant'>): string {
  const key = event.scope === 'session' ? event.sid : event.sub;
  const tenant = event.tenant ?? 'default';
  const tenantToken = /^[a-z0-9-]+$/.test(tenant) ? tenant : hashKey(tenant, 16);
  return `sso.v1.logout.${tenantToken}.${event.scope}.${hashKey(event.iss, 16)}.${hashKey(key ?? '', 32)}`;
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

function hashKey(value: string, length: number): string {
  const digest = createHash('sha256').update(value).digest();
  let [bits, text] = [0n, ''];
  for (const byte of digest) bits = (bits << 8n) | BigInt(byte);
  for (let shift = 251n; text.length < length; shift -= 5n) text += BASE32[Number((bits >> shift) & 31n)] ?? '';
  return text;
}
