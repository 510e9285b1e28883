import { encodeEndedAnswer, encodeEndedQuestion } from './ended-question.js';
import { parseSid, parseSub } from './ids.js';
import { encodeReceipt } from './receipt.js';
import { encodeSessionEnded, type SessionEnded, sessionEndedOf } from './session-ended.js';

const ISS = 'https://idp.example.com';
const AT = new Date('2026-08-30T12:00:00.123Z');

/** Messages as they travel: what the documents of the contract show. */
export interface ContractExamples {
  /** one session has ended */
  readonly ofSession: Readonly<Record<string, unknown>>;
  /** every session of a person has ended */
  readonly ofPerson: Readonly<Record<string, unknown>>;
  readonly receipt: Readonly<Record<string, unknown>>;
  /** a service asks which of its sessions have ended */
  readonly endedQuestion: Readonly<Record<string, unknown>>;
  readonly endedAnswer: Readonly<Record<string, unknown>>;
  /** nobody knows just now: it asks again */
  readonly endedRefusal: Readonly<Record<string, unknown>>;
}

/** Gives messages as the encoders write them. */
export function contractExamples(): ContractExamples {
  const [event, other] = [exampleEvent(), parseSid('0197d3c0-0000-7000-8000-000000000002')];
  if (event?.sid === undefined || other === undefined) throw new TypeError('the example has no session');
  const ofPerson: SessionEnded = {
    ...{ ...event, id: 'TkuQ8NwrlrJkBkvDdJZmLhmvuZgQBNdBKLeSPzzGf8A', scope: 'subject', sid: undefined },
    ...{ cause: 'account_disabled', causeId: 'set-42', initiatingEntity: 'admin' },
    evidence: { method: 'ssf', strength: 'strong', probes: 0 },
  };
  return {
    ofSession: encodeSessionEnded(event),
    ofPerson: encodeSessionEnded(ofPerson),
    receipt: encodeReceipt({ eventId: event.id, iss: ISS, service: 'notes', sessions: 2, appliedAt: AT }),
    endedQuestion: encodeEndedQuestion({ iss: ISS, sids: [event.sid, other] }),
    endedAnswer: encodeEndedAnswer({ kind: 'ended', events: [event] }),
    endedRefusal: encodeEndedAnswer({ kind: 'refused', reason: 'busy' }),
  };
}

function exampleEvent() {
  const [sid, sub] = [parseSid('0197d3c0-0000-7000-8000-000000000001'), parseSub('248289761001')];
  if (sid === undefined || sub === undefined) return undefined;
  const event = sessionEndedOf(
    {
      of: { kind: 'sid', sid },
      cause: 'backchannel_logout',
      causeId: 'jti-of-the-logout-token',
      effectiveAt: new Date('2026-08-30T11:59:58Z'),
      evidence: { method: 'backchannel', strength: 'strong', probes: 0 },
      initiatingEntity: 'user',
    },
    { iss: ISS, sid, sub },
    { source: 'urn:sso:gateway', tenant: undefined, at: AT },
  );
  return { ...event, sub };
}
