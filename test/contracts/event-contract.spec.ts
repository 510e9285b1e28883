import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { deadLetterStream, logoutStream, receiptStream } from '#bus';
import {
  asyncApiDocument,
  causes,
  contractExamples,
  contractSchemas,
  decodeReceipt,
  decodeSessionEnded,
  encodeSessionEnded,
  parseSid,
  parseSub,
  type SessionEnded,
  SESSION_ENDED_SCHEMA,
  sessionEndedOf,
  subjectOf,
} from '#session';

type Json = Readonly<Record<string, unknown>>;

const { ofSession, ofPerson, receipt } = contractExamples();
const ajv = new Ajv2020({ strict: true, allErrors: true, strictTypes: false, strictRequired: false });
formats.default(ajv);
const files = contractSchemas();
const takesEvent = ajv.compile(files['session-ended-event.v1.schema.json']!);
const takesData = ajv.getSchema(SESSION_ENDED_SCHEMA)!;
const takesReceipt = ajv.compile(files['receipt.v1.schema.json']!);
const data = ofSession.data as Json;
const withData = (changes: Json): Json =>
  JSON.parse(JSON.stringify({ ...ofSession, data: { ...data, ...changes } })) as Json;
const reads = (json: unknown): boolean => {
  try {
    decodeSessionEnded(json);
    return true;
  } catch {
    return false;
  }
};

const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((said) => !said.includes('\0'));
const date = fc.date({ min: new Date('1970-01-02'), max: new Date('9998-12-31'), noInvalidDate: true });
const ofOne = fc
  .record({
    iss: text,
    sub: text,
    sid: fc.uuid(),
    cause: fc.constantFrom(...causes),
    causeId: text,
    at: date,
    end: date,
  })
  .map(({ iss, sub, sid, cause, causeId, at, end }): SessionEnded => {
    const evidence = { method: 'introspect', strength: 'weak', probes: 2 } as const;
    const who = { iss, sid: parseSid(sid)!, sub: parseSub(sub)! };
    const ending = { of: { kind: 'sid', sid: who.sid }, cause, causeId, effectiveAt: end, evidence } as const;
    return sessionEndedOf({ ...ending, initiatingEntity: 'system' }, who, { source: 'urn:sso:x', tenant: 'eu', at });
  });
const events = fc.oneof(
  ofOne,
  ofOne.map((event): SessionEnded => ({ ...event, scope: 'subject', sub: event.sub!, sid: undefined })),
);
const onTheWire = events.map((event) => JSON.parse(JSON.stringify(encodeSessionEnded(event))) as Json);

describe('the JSON Schemas of the contract', () => {
  it('the one of `data` has the name that events carry (CloudEvents: dataschema)', () => {
    expect(files['session-ended.v1.schema.json']).toMatchObject({ $id: ofSession.dataschema });
    expect(takesData(data)).toBe(true);
  });

  it('take the examples', () => {
    for (const example of [ofSession, ofPerson]) expect([takesEvent(example), takesEvent.errors]).toEqual([true, null]);
    expect([takesReceipt(receipt), takesReceipt.errors]).toEqual([true, null]);
  });

  it('take every event that is written', () => {
    fc.assert(
      fc.property(onTheWire, (json) => {
        expect([takesEvent(json), takesEvent.errors]).toEqual([true, null]);
      }),
    );
  });

  it.each<[string, Json]>([
    ['another type', { ...ofSession, type: 'sso.session.opened.v1' }],
    ['no id', { ...ofSession, id: '' }],
    ['a day that there is not', withData({ effective_at: '2026-02-30T00:00:00Z' })],
    ['a time without offset', withData({ effective_at: '2026-08-30T12:00:00' })],
    ['the year 0', withData({ effective_at: '0000-01-01T00:00:00Z' })],
    ['no issuer', withData({ iss: undefined })],
    ['no cause', withData({ cause: undefined })],
    ['an unknown scope', withData({ scope: 'issuer' })],
    ['the scope of a session without sid', withData({ sid: undefined })],
    ['a wildcard for a sid', withData({ sid: '>' })],
    ['the scope of a person with a sid', withData({ scope: 'subject' })],
    ['a NUL', withData({ cause: 'a\0b' })],
  ])('refuse what the reader refuses: %s', (_name, json) => {
    expect([reads(json), takesEvent(json)]).toEqual([false, false]);
  });

  it('take nothing that the reader refuses, whatever a member says', () => {
    const members = ['scope', 'iss', 'sid', 'sub', 'tenant', 'effective_at', 'detected_at', 'cause', 'evidence'];
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('session', 'subject', '2026-01-01T00:00:00Z', ''));
    const changed = fc.record({ json: onTheWire, member: fc.constantFrom(...members), value });
    fc.assert(
      fc.property(changed, ({ json, member, value: said }) => {
        const other = { ...json, data: { ...(json.data as Json), [member]: said } };
        if (takesEvent(other)) expect(reads(other)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Json]>([
    ['no event', { ...receipt, event: '' }],
    ['fewer sessions than none', { ...receipt, sessions: -1 }],
    ['a service with a dot', { ...receipt, service: 'notes.x' }],
  ])('refuse the receipt with %s, as its reader does', (_name, json) => {
    expect(takesReceipt(json)).toBe(false);
    expect(() => decodeReceipt(json, 'sso.v1.receipt.notes')).toThrow();
  });
});

describe('the versioning rule (EVT-11)', () => {
  const V1_1: Json = {
    ...{ ...ofSession, dataschema: 'urn:sso:schema:session.ended:1.1', traceparent: '00-1-2-01', region: { of: 'eu' } },
    data: {
      ...data,
      ...{ cause: 'device_lost', initiating_entity: 'device', txn: '8675309', reason_admin: { en: 'lost' } },
      evidence: { method: 'attestation', strength: 'certain', probes: 0, signed_by: ['a', 'b'] },
      device: { id: 7, seen: [null, true] },
    },
  };

  it('a v1 consumer takes an event of v1.1: new members at every level, cause, evidence and other new words', () => {
    const { cause, initiatingEntity, evidence, ...rest } = decodeSessionEnded(V1_1);
    const known = decodeSessionEnded(ofSession);
    expect(known).toMatchObject(rest);
    expect({ cause, initiatingEntity, evidence }).toEqual({
      ...{ cause: 'device_lost', initiatingEntity: 'device' },
      evidence: { method: 'attestation', strength: 'strong', probes: 0 },
    });
    expect(subjectOf(decodeSessionEnded(V1_1))).toBe(subjectOf(known));
  });

  it('a consumer that goes by the schema of v1.0 takes it too', () => {
    expect([takesEvent(V1_1), takesEvent.errors]).toEqual([true, null]);
  });

  it('an event with whatever other members is read as the same event, and valid as before', () => {
    const taken = new Set([...Object.keys(ofSession), ...Object.keys(data), 'method', 'strength', 'probes']);
    const name = fc.string({ maxLength: 20 }).filter((key) => !taken.has(key));
    const more = fc.dictionary(name, fc.jsonValue());
    fc.assert(
      fc.property(onTheWire, more, more, more, (json, top, inside, deep) => {
        const { evidence, ...its } = json.data as Json & { evidence: Json };
        const grown = { ...top, ...json, data: { ...inside, ...its, evidence: { ...deep, ...evidence } } };
        const wired: unknown = JSON.parse(JSON.stringify(grown));
        expect(decodeSessionEnded(wired)).toEqual(decodeSessionEnded(json));
        expect(takesEvent(wired)).toBe(true);
      }),
    );
  });

  it('a receipt with other members is the same receipt', () => {
    const known = decodeReceipt(receipt, 'sso.v1.receipt.notes');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
        expect(decodeReceipt({ ...more, ...receipt }, 'sso.v1.receipt.notes')).toEqual(known);
      }),
    );
  });

  it('what every major version keeps is enough for the same ending, of a session and of a person', () => {
    fc.assert(
      fc.property(onTheWire, fc.integer({ min: 2, max: 99 }), (json, major) => {
        const { scope, iss, sid, sub, effective_at } = json.data as Json;
        const type = `sso.session.ended.v${major}`;
        const kept = decodeSessionEnded({ id: json.id, type, data: { scope, iss, sid, sub, effective_at } });
        const whole = decodeSessionEnded(json);
        expect(kept).toMatchObject({
          id: whole.id,
          scope: whole.scope,
          iss: whole.iss,
          effectiveAt: whole.effectiveAt,
        });
        expect([kept.sid, kept.sub, kept.cause]).toEqual([whole.sid, whole.sub, 'unknown']);
      }),
    );
  });
});

describe('the AsyncAPI document', () => {
  const document = asyncApiDocument() as Record<string, Record<string, Record<string, unknown>>>;
  const channels = document.channels as Record<
    string,
    { address: string | null; 'x-jetstream-stream'?: string; parameters?: Json }
  >;
  const messages = document.components!.messages as Record<string, { payload: object; examples?: { payload: Json }[] }>;

  it('points to nothing that is not there', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) {
      const steps = ref.split('/').slice(1);
      expect(steps.reduce<unknown>((at, step) => (at as Json | undefined)?.[step], document)).toBeDefined();
    }
  });

  it('names the streams that there are, and addresses that they take', () => {
    const streams = [logoutStream(1), receiptStream(1), deadLetterStream(1)];
    const named = Object.values(channels).map((each) => each['x-jetstream-stream']);
    for (const { address, parameters = {}, 'x-jetstream-stream': name } of Object.values(channels)) {
      const stream = streams.find((each) => each.name === name);
      const isTaken = stream?.subjects.some((subject) => address?.startsWith(subject.slice(0, -1)));
      expect(isTaken).toBe(name === undefined ? undefined : true);
      const inAddress = [...(address ?? '').matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect(inAddress).toEqual(Object.keys(parameters));
    }
    expect(new Set(named.filter((name) => name !== undefined)).size).toBe(streams.length);
  });

  it('addresses endings as they are published', () => {
    fc.assert(
      fc.property(events, (event) => {
        const pattern = channels.sessionEnded!.address!.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[a-z0-9-]+');
        expect(subjectOf(event)).toMatch(new RegExp(`^${pattern}$`));
      }),
    );
  });

  it('has examples that its own schemas take', () => {
    const draft7 = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
    formats.default(draft7);
    const shown = Object.values(messages).flatMap(({ payload, examples = [] }) =>
      examples.map((example) => draft7.validate(payload, example.payload)),
    );
    expect(shown).toEqual([true, true, true, true, true, true]);
  });
});
