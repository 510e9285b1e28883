import { encodeSessionEnded, type Ending, type EndingOf, sessionEndedOf, subjectOf } from '#session';
import type { Prisma } from './generated/hub/client.js';
import { toSid, toSub } from './rows.js';
import type { SessionToEnd } from './sql/sessions-to-end.js';

/** Who tells an event, and for which tenant. */
export interface EventOrigin {
  readonly source: string;
  readonly tenant: string | undefined;
}

/**
 * Makes the row of an ending's event. The IdP's clock may be behind: an end before the session was opened, by our clock,
 * counts as one at its opening, so that services, who compare the two, revoke it.
 */
export function toOutboxRow(origin: EventOrigin, ending: Ending, session: SessionToEnd, now: Date) {
  const { iss, id, sub, openedAt } = session;
  const told = ofThisSession(ending, session);
  const effectiveAt = told.effectiveAt < openedAt ? openedAt : told.effectiveAt;
  const event = sessionEndedOf(
    { ...told, effectiveAt },
    { iss, sid: toSid(id), sub: toSub(sub) },
    { ...origin, at: now },
  );
  return {
    id: event.id,
    sid: id,
    causeId: told.causeId,
    subject: subjectOf(event),
    payload: encodeSessionEnded(event) as Prisma.InputJsonObject,
    createdAt: now,
  };
}

/** A session that expires ends by itself: at its own time, and for no cause but itself. */
function ofThisSession(ending: Ending, { id, expiresAt }: SessionToEnd): Ending {
  return ending.cause === 'session_expired' ? { ...ending, causeId: id, effectiveAt: expiresAt } : ending;
}

/** The end of sessions whose absolute end has come. */
export function endingOfExpired(of: EndingOf, now: Date): Ending {
  return {
    of,
    cause: 'session_expired',
    causeId: 'of_each', // each event has its session's
    effectiveAt: now,
    evidence: { method: 'absolute_end', strength: 'strong', probes: 0 },
    initiatingEntity: 'policy',
  };
}
