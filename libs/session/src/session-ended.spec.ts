import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { causes, type Ending } from './ending.js';
import { SessionError } from './errors.js';
import { parseSid, parseSub } from './ids.js';
import {
  decodeSessionEnded,
  encodeSessionEnded,
  eventPatternOf,
  type SessionEnded,
  sessionEndedOf,
  subjectOf,
} from './session-ended.js';
import { SESSION_ENDED } from './session-ended-wire.js';

const SID = parseSid('0197d3c0-0000-7000-8000-000000000001')!;
const OTHER_SID = parseSid('0197d3c0-0000-7000-8000-000000000002')!;
const SUB = parseSub('ana')!;
const ISS = 'https://idp.example.com';
const ENDED_AT = new Date('2026-08-30T11:59:58.000Z');
const TOLD = { source: 'urn:sso:gateway:eu-1', tenant: undefined, at: new Date('2026-08-30T12:00:00.123Z') };
const ENDING: Ending = {
  of: { kind: 'sid', sid: SID },
  cause: 'backchannel_logout',
  causeId: 'j1',
  effectiveAt: ENDED_AT,
  evidence: { method: 'backchannel', strength: 'strong', probes: 0 },
  initiatingEntity: 'user',
};
const EVENT = sessionEndedOf(ENDING, { iss: ISS, sid: SID, sub: SUB }, TOLD);
const OF_PERSON: SessionEnded = { ...EVENT, scope: 'subject', sub: SUB, sid: undefined };

type Json = Readonly<Record<string, unknown>>;
const envelope = encodeSessionEnded(EVENT);
const data = envelope.data as Json;
const withData = (changes: Json): Json => ({ ...envelope, data: { ...data, ...changes } });

describe('the event of an ended session', () => {
  it('is CloudEvents JSON as the contract writes it (EVT-01)', () => {
    expect(envelope).toEqual({
      specversion: '1.0',
      id: EVENT.id,
      source: 'urn:sso:gateway:eu-1',
      type: 'sso.session.ended.v1',
      subject: `session/${SID}`,
      time: '2026-08-30T12:00:00.123Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:sso:schema:session.ended:1.0',
      data: {
        scope: 'session',
        iss: ISS,
        sid: SID,
        sub: 'ana',
        tenant: null,
        effective_at: '2026-08-30T11:59:58.000Z',
        detected_at: '2026-08-30T12:00:00.123Z',
        cause: 'backchannel_logout',
        cause_id: 'j1',
        evidence: { method: 'backchannel', strength: 'strong', probes: 0 },
        initiating_entity: 'user',
      },
    });
  });

  it('does not show whose sessions ended in the envelope of a person', () => {
    expect(encodeSessionEnded(OF_PERSON).subject).toMatch(/^subject\/[a-z2-7]{32}$/);
  });

  it.each([EVENT, OF_PERSON, { ...EVENT, tenant: 'eu' }])('is read as it was written', (event) => {
    expect(decodeSessionEnded(JSON.parse(JSON.stringify(encodeSessionEnded(event))))).toEqual(event);
  });

  it('is read as it was written, whatever it says', () => {
    const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((said) => !said.includes('\0'));
    const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    const ending = fc.record({ cause: fc.constantFrom(...causes), causeId: text, effectiveAt: date });
    fc.assert(
      fc.property(ending, text, text, date, fc.uuid(), (said, iss, sub, at, sid) => {
        const session = { iss, sid: parseSid(sid)!, sub: parseSub(sub)! };
        const event = sessionEndedOf({ ...ENDING, ...said }, session, { ...TOLD, at });
        expect(decodeSessionEnded(JSON.parse(JSON.stringify(encodeSessionEnded(event))))).toEqual(event);
      }),
    );
  });
});

describe('the id of an event (EVT-06)', () => {
  const idOf = (ending: Partial<Ending>, iss = ISS, sid = SID) =>
    sessionEndedOf({ ...ENDING, ...ending }, { iss, sid, sub: SUB }, TOLD).id;

  it('is the same whenever, and by whomever, the same ending is told', () => {
    const told = { source: 'urn:sso:poller:us-2', tenant: 'eu', at: new Date(0) };
    expect(sessionEndedOf(ENDING, { iss: ISS, sid: SID, sub: SUB }, told).id).toBe(EVENT.id);
    expect(idOf({ effectiveAt: new Date(0) })).toBe(EVENT.id);
  });

  it('is another for another session, issuer, cause or cause id', () => {
    const ids = [
      EVENT.id,
      idOf({}, ISS, OTHER_SID),
      idOf({}, 'https://other.example'),
      idOf({ cause: 'operator' }),
      idOf({ causeId: 'j2' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[\w-]{43}$/);
  });
});

describe('a reader of events', () => {
  it.each([
    ['members that nobody knows (EVT-11)', { ...withData({ colour: 'red' }), traceparent: '00-x', subject: 5 }, {}],
    [
      'an unknown cause, which is a logout all the same (EVT-03)',
      withData({ cause: 'brand_new' }),
      { cause: 'brand_new' },
    ],
    ['no tenant', withData({ tenant: undefined }), { tenant: undefined }],
    ['no sub', withData({ sub: undefined }), { sub: undefined, sid: SID }],
    ['no time of detection: that of the envelope', withData({ detected_at: undefined }), { detectedAt: TOLD.at }],
    ['no evidence', withData({ evidence: undefined, cause_id: undefined, initiating_entity: undefined }), {}],
    ['evidence of a kind that is not known yet', withData({ evidence: { method: 'x', strength: 'certain' } }), {}],
    ['a time with offset', withData({ effective_at: '2026-08-30T13:59:58+02:00' }), { effectiveAt: ENDED_AT }],
  ])('takes %s', (_name, json, said) => {
    expect(decodeSessionEnded(json)).toMatchObject({ scope: 'session', iss: ISS, ...said });
  });

  it.each([
    ['the next major version', { ...envelope, type: 'sso.session.ended.v2' }],
    [
      'version 10, with much that is new',
      {
        ...envelope,
        specversion: '2.0',
        time: 7,
        type: 'sso.session.ended.v10',
        data: { ...data, cause: { code: 1 } },
      },
    ],
  ])('EVT-11: applies an event of %s by what all versions keep', (_name, json) => {
    const { scope, iss, sid, sub, effectiveAt, cause } = decodeSessionEnded(json);
    expect({ scope, iss, sid, sub, effectiveAt, cause }).toEqual({
      scope: 'session',
      iss: ISS,
      sid: SID,
      sub: EVENT.sub,
      effectiveAt: EVENT.effectiveAt,
      cause: 'unknown',
    });
    expect(eventPatternOf(json)).toBe(SESSION_ENDED);
  });

  it('EVT-11: a version that keeps not even that can never be read', () => {
    expect(codeOf({ type: 'sso.session.ended.v3', data: { scope: ['x'] } })).toBe('SESSION_EVENT_INVALID');
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'sso.session.ended.v1'],
    ['a list', [envelope]],
    ['an empty object', {}],
    ['another type', { ...envelope, type: 'sso.session.opened.v1' }],
    ['a type that only begins like ours', { ...envelope, type: 'sso.session.ended.v1x' }],
    ['another kind of envelope', { ...envelope, specversion: '0.3' }],
    ['no id', { ...envelope, id: '' }],
    ['an id of 1 KB', { ...envelope, id: 'i'.repeat(1_024) }],
    ['no time', { ...envelope, time: undefined }],
    ['a time that is none', { ...envelope, time: 'yesterday' }],
    ['a day that there is not', withData({ effective_at: '2026-02-30T00:00:00Z' })],
    ['a time without offset', withData({ effective_at: '2026-08-30T12:00:00' })],
    ['a time in seconds', withData({ effective_at: 1_788_000_000 })],
    ['T164 no issuer', withData({ iss: undefined })],
    ['no cause', withData({ cause: undefined })],
    ['no data', { ...envelope, data: undefined }],
    ['the scope of an issuer, which nobody here has enabled (EVT-02)', withData({ scope: 'issuer', sid: undefined })],
    ['the scope of a session without sid', withData({ sid: undefined })],
    ['T164 a wildcard for a sid', withData({ sid: '>' })],
    ["an IdP's sid in place of ours", withData({ sid: '08a5019c-17e1-4977-8f42-65a12843ea02.extra' })],
    ['a sid in capitals', withData({ sid: SID.toUpperCase() })],
    ['the scope of a person with a sid', withData({ scope: 'subject' })],
    ['the scope of a person without sub', withData({ scope: 'subject', sid: undefined, sub: undefined })],
    [
      'the scope of a person with a sub of 256 characters',
      withData({ scope: 'subject', sid: undefined, sub: 's'.repeat(256) }),
    ],
    ['a NUL in the cause, which no database holds', withData({ cause: 'a\0b' })],
    ['a NUL in the sub of a person', withData({ scope: 'subject', sid: undefined, sub: 'a\0b' })],
  ])('refuses %s for good', (_name, json) => {
    expect(codeOf(json)).toBe('SESSION_EVENT_INVALID');
  });

  it('throws nothing but its own error, whatever comes', () => {
    const anything = fc.oneof(fc.anything(), fc.record({ type: fc.string(), data: fc.anything() }));
    fc.assert(
      fc.property(anything, (json) => {
        expect(codeOf(json)).toBe('SESSION_EVENT_INVALID');
      }),
    );
  });
});

describe('the NATS subject of an event (EVT-07)', () => {
  it('names tenant, scope, issuer and session by hash', () => {
    expect(subjectOf(EVENT)).toMatch(/^sso\.v1\.logout\.default\.session\.[a-z2-7]{16}\.[a-z2-7]{32}$/);
    expect(subjectOf({ ...OF_PERSON, tenant: 'eu-1' })).toMatch(/^sso\.v1\.logout\.eu-1\.subject\./);
  });

  it('is the base32 of a known SHA-256', () => {
    // printf '%s' 'abc' | sha256sum | xxd -r -p | base32 | tr A-Z a-z
    expect(subjectOf({ ...OF_PERSON, iss: 'abc', sub: parseSub('abc')! })).toBe(
      'sso.v1.logout.default.subject.xj4bnp4pahh6uqkb.xj4bnp4pahh6uqkbidpf3lrceoyagynd',
    );
  });

  it('has seven parts and no wildcard, however hostile iss, sub and tenant are', () => {
    const text = fc.string({ unit: fc.constantFrom('.', '*', '>', ' ', '\n', 'a', 'é', '/', '\0'), minLength: 1 });
    fc.assert(
      fc.property(text, text, text, (iss, sub, tenant) => {
        const subject = subjectOf({ ...OF_PERSON, iss, sub: sub as typeof SUB, tenant });
        expect(subject).toMatch(/^sso\.v1\.logout\.[a-z0-9-]+\.subject\.[a-z2-7]{16}\.[a-z2-7]{32}$/);
      }),
    );
  });

  it('is another for another session', () => {
    expect(subjectOf({ ...EVENT, sid: OTHER_SID })).not.toBe(subjectOf(EVENT));
  });
});

function codeOf(json: unknown): string {
  try {
    decodeSessionEnded(json);
    return 'read';
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    return error.code;
  }
}
