import { z } from 'zod';
import { SessionError } from './errors.js';
import type { Receipt } from './gateway-ports.js';
import { Text, Timestamp } from './wire-types.js';

/** The pattern that Nest handlers of receipts name. */
export const RECEIPT = 'sso.receipt.v1';

const SUBJECT = 'sso.v1.receipt';
/** A receipt as it travels. Members that are not named here are ignored. */
export const ReceiptWire = z.object({
  event: Text.max(256).describe('id of the event that was applied'),
  iss: Text.max(2048).meta({ description: 'issuer that the event named', examples: ['https://idp.example.com'] }),
  service: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .meta({ description: 'who has applied it: the last part of the subject', examples: ['notes'] }),
  sessions: z.number().int().min(0).max(2_147_483_647).describe('sessions of its own that it revoked; 0: it had none'),
  applied_at: Timestamp.describe('when, by its clock'),
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
  const parsed = ReceiptWire.safeParse(json);
  if (!parsed.success) throw new SessionError('SESSION_EVENT_INVALID', 'the receipt is unusable');
  const { event, iss, service, sessions, applied_at } = parsed.data;
  if (subject !== receiptSubjectOf(service))
    throw new SessionError('SESSION_EVENT_INVALID', "the receipt came under another service's subject");
  return { eventId: event, iss, service, sessions, appliedAt: applied_at };
}
