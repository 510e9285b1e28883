import { describe, expect, it } from '@jest/globals';
import {
  decodeEndedAnswer,
  decodeEndedQuestion,
  encodeEndedAnswer,
  encodeEndedQuestion,
  endedQuestionSubjectOf,
  type EndedQuestion,
  MOST_ASKED,
  serviceOfQuestion,
} from './ended-question.js';
import { parseSid, type Sid } from './ids.js';
import type { SessionEnded } from './session-ended.js';

const sidOf = (n: number): Sid => parseSid(`0199b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`)!;
const question: EndedQuestion = { iss: 'https://idp.example', sids: [sidOf(1), sidOf(2)] };
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const wire = { ...encodeEndedQuestion(question) };
const eventOf = (sid: Sid): SessionEnded => ({
  ...{ id: 'e'.repeat(43), source: 'urn:sso:hub', tenant: undefined, scope: 'session', iss: question.iss, sid },
  ...{ sub: undefined, effectiveAt: new Date(5_000), detectedAt: new Date(5_000), cause: 'poll_session_ended' },
  ...{ causeId: '', initiatingEntity: 'system', evidence: { method: 'asked', strength: 'strong', probes: 0 } },
});

describe('a question about endings', () => {
  it('is read as it was written; what we do not know of it is ignored', () => {
    expect(decodeEndedQuestion(asJson({ ...wire, more: { of: 'it' } }))).toEqual(question);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'ended?'],
    ['no version', { ...wire, version: undefined }],
    ['another version', { ...wire, version: 2 }],
    ['no issuer', { ...wire, iss: '' }],
    ['an issuer with NUL', { ...wire, iss: 'a\0b' }],
    ['an issuer without end', { ...wire, iss: 'a'.repeat(2049) }],
    ['no sids', { ...wire, sids: [] }],
    ['a sid that is none', { ...wire, sids: [sidOf(1), '*'] }],
    ['sids that are no texts', { ...wire, sids: [1] }],
    ['one sid too many', { ...wire, sids: Array.from({ length: MOST_ASKED + 1 }, (_, n) => sidOf(n)) }],
  ])('is refused: %s', (_name, json) => {
    expect(() => decodeEndedQuestion(json)).toThrow(expect.objectContaining({ code: 'SESSION_EVENT_INVALID' }));
  });

  it.each([
    ['notes', 'notes'],
    ['a.b', undefined],
    ['', undefined],
    ['*', undefined],
    ['x'.repeat(65), undefined],
  ])('names the service by its subject: %s', (token, service) => {
    expect(serviceOfQuestion(endedQuestionSubjectOf(token))).toBe(service);
  });
});

describe('an answer about endings', () => {
  it('gives events of what has ended, with what is needed to apply them', () => {
    const json = asJson(encodeEndedAnswer({ kind: 'ended', events: [eventOf(sidOf(2))] }));
    expect(decodeEndedAnswer(json, question)).toEqual({ kind: 'ended', events: [eventOf(sidOf(2))] });
    expect(JSON.stringify(json)).not.toContain('sub');
  });

  it('may say no, which is no answer', () => {
    const json = asJson(encodeEndedAnswer({ kind: 'refused', reason: 'busy' }));
    expect(decodeEndedAnswer(json, question)).toEqual({ kind: 'refused', reason: 'busy' });
  });

  it('fits in a NATS message however many have ended', () => {
    const sids = Array.from({ length: MOST_ASKED }, (_, n) => sidOf(n));
    const events = sids.map((sid) => ({ ...eventOf(sid), cause: 'x'.repeat(64) }));
    const text = JSON.stringify(encodeEndedAnswer({ kind: 'ended', events }));
    expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024);
    expect(decodeEndedAnswer(JSON.parse(text), { ...question, sids })).toMatchObject({ kind: 'ended' });
  });

  const ended = { sid: sidOf(1), effective_at: new Date(5_000).toISOString(), cause: 'operator', id: 'e1' };
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['another version', { version: 2, ended: [] }],
    ['neither endings nor a refusal', { version: 1 }],
    ['a session that was not asked about', { version: 1, ended: [{ ...ended, sid: sidOf(3) }] }],
    ['a time that is none', { version: 1, ended: [{ ...ended, effective_at: 'yesterday' }] }],
    ['no cause', { version: 1, ended: [{ ...ended, cause: '' }] }],
    ['an unknown refusal', { version: 1, error: 'tired' }],
  ])('is not believed: %s', (_name, json) => {
    expect(() => decodeEndedAnswer(json, question)).toThrow(expect.objectContaining({ code: 'SESSION_EVENT_INVALID' }));
  });
});
