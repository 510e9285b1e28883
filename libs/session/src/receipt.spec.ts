import { describe, expect, it } from '@jest/globals';
import { decodeReceipt, encodeReceipt, receiptSubjectOf } from './receipt.js';

const RECEIPT = {
  eventId: 'e1',
  iss: 'https://idp.example.com',
  service: 'notes',
  sessions: 2,
  appliedAt: new Date('2026-08-30T12:00:00Z'),
};
const WIRE = encodeReceipt(RECEIPT);

describe('a receipt', () => {
  it('is read as it was written, with more beside it', () => {
    expect(decodeReceipt({ ...WIRE, more: 1 }, receiptSubjectOf('notes'))).toEqual(RECEIPT);
  });

  it.each([
    ['nothing', undefined],
    ['text', 'done'],
    ['no event', { ...WIRE, event: undefined }],
    ['an empty event', { ...WIRE, event: '' }],
    ['a NUL, which Postgres can not hold', { ...WIRE, event: 'e\u0000' }],
    ['fewer sessions than none', { ...WIRE, sessions: -1 }],
    ['half a session', { ...WIRE, sessions: 0.5 }],
    ['more sessions than a column holds', { ...WIRE, sessions: 2 ** 31 }],
    ['no moment', { ...WIRE, applied_at: 'today' }],
    ['a service with a dot', { ...WIRE, service: 'notes.x' }],
    ['the name of another service', { ...WIRE, service: 'billing' }],
  ])('is refused with %s', (_name, json) => {
    expect(() => decodeReceipt(json, 'sso.v1.receipt.notes')).toThrow(
      expect.objectContaining({ code: 'SESSION_EVENT_INVALID' }),
    );
  });
});
