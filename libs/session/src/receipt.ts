import { z } from 'zod';
import { SessionError } from './errors.js';
import type { Receipt } from './gateway-ports.js';

/** The pattern that Nest handlers of receipts name. */
export const RECEIPT = 'sso.receipt.v1';

const SUBJECT = 'sso.v1.receipt';
/** A service's name, as one token of a subject. */
const Service = z.string().regex(/^[\w-]{1,64}$/);
const Wire = z.object({
  event: z.string().min(1).max(256),
  iss: z.string().min(1).max(2048),
  service: Service,
  sessions: z.number().int().min(0).max(2_147_483_647),
  applied_at: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((date) => date.getTime() >= 0),
});

/** Gives the NATS subject of a service's receipts, so that a broker can permit it to that service alone. */
export function receiptSubjectOf(service: string): string {
  return `${SUBJECT}.${service}`;
}

/** Gives a receipt as JSON. It names the event and the issuer, no person and no session. */
export function encodeReceipt(receipt: Receipt): Readonly<Record<string, unknown>> {
  const { eventId, iss, service, sessions, appliedAt } = receipt;
  return { event: eventId, iss, service, sessions, applied_at: appliedAt.toISOString() };
}

/**
 * Reads a receipt. Members that we do not know are ignored.
 *
 * @param subject where it came: a receipt under another service's subject is nobody's word
 * @throws SessionError `SESSION_EVENT_INVALID`
 */
export function decodeReceipt(json: unknown, subject: string): Receipt {
  const parsed = Wire.safeParse(json);
  if (!parsed.success || JSON.stringify(parsed.data).includes('\\u0000'))
    throw new SessionError('SESSION_EVENT_INVALID', 'the receipt is unusable');
  const { event, iss, service, sessions, applied_at } = parsed.data;
  if (subject !== receiptSubjectOf(service))
    throw new SessionError('SESSION_EVENT_INVALID', "the receipt came under another service's subject");
  return { eventId: event, iss, service, sessions, appliedAt: applied_at };
}
