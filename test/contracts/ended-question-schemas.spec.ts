import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import {
  asyncApiDocument,
  contractExamples,
  contractSchemas,
  decodeEndedAnswer,
  decodeEndedQuestion,
  encodeEndedAnswer,
  encodeEndedQuestion,
  ENDED_QUESTIONS,
  endedQuestionSubjectOf,
  MOST_ASKED,
  parseSid,
  type SessionEnded,
} from '#session';

type Json = Readonly<Record<string, unknown>>;

const { endedQuestion: asked, endedAnswer: answered, endedRefusal: refused } = contractExamples();
const question = decodeEndedQuestion(asked);
const [ended] = answered.ended as readonly Json[];
const ajv = new Ajv2020({ strict: true, allErrors: true, strictTypes: false, strictRequired: false });
formats.default(ajv);
const files = contractSchemas();
const takesQuestion = ajv.compile(files['ended-question.v1.schema.json']!);
const takesAnswer = ajv.compile(files['ended-answer.v1.schema.json']!);
const reads = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch {
    return false;
  }
};
const readsQuestion = (json: unknown) => reads(() => decodeEndedQuestion(json));
const readsAnswer = (json: unknown) => reads(() => decodeEndedAnswer(json, question));
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const sid = fc.uuid().map((text) => parseSid(text)!);
const text = (most: number) => fc.string({ minLength: 1, maxLength: most }).filter((said) => !said.includes('\0'));
const date = fc.date({ min: new Date(0), max: new Date('9998-12-31'), noInvalidDate: true });
const questions = fc.record({ iss: text(2_048), sids: fc.array(sid, { minLength: 1, maxLength: MOST_ASKED }) });
const events = fc.record({ sid, effectiveAt: date, cause: text(64), id: text(256) }).map((told): SessionEnded => ({
  ...{ source: 'urn:sso:hub', tenant: undefined, scope: 'session', iss: question.iss, sub: undefined, causeId: '' },
  ...{ detectedAt: told.effectiveAt, initiatingEntity: 'system' },
  ...{ evidence: { method: 'asked', strength: 'strong', probes: 0 } },
  ...told,
}));

describe('the JSON Schemas of the question which sessions have ended', () => {
  it('take the examples, which their readers read', () => {
    expect([takesQuestion(asked), takesQuestion.errors]).toEqual([true, null]);
    for (const answer of [answered, refused]) {
      expect([takesAnswer(answer), takesAnswer.errors]).toEqual([true, null]);
      expect(readsAnswer(answer)).toBe(true);
    }
  });

  it('take every question and every answer that is written', () => {
    fc.assert(
      fc.property(questions, fc.array(events, { maxLength: MOST_ASKED }), (said, found) => {
        expect(takesQuestion(asJson(encodeEndedQuestion(said)))).toBe(true);
        expect(takesAnswer(asJson(encodeEndedAnswer({ kind: 'ended', events: found })))).toBe(true);
      }),
    );
  });

  it.each<[string, Json]>([
    ['another version', { ...asked, version: 2 }],
    ['no issuer', { ...asked, iss: '' }],
    ['an issuer with NUL', { ...asked, iss: 'a\0b' }],
    ['no sids', { ...asked, sids: [] }],
    ['a wildcard for a sid', { ...asked, sids: ['>'] }],
    ['one sid too many', { ...asked, sids: Array<unknown>(MOST_ASKED + 1).fill(question.sids[0]) }],
  ])('refuse the question that its reader refuses: %s', (_name, json) => {
    expect([readsQuestion(json), takesQuestion(json)]).toEqual([false, false]);
  });

  it.each<[string, Json]>([
    ['another version', { ...answered, version: 2 }],
    ['neither endings nor a refusal', { version: 1 }],
    ['an unknown refusal', { version: 1, error: 'tired' }],
    ['no cause', { version: 1, ended: [{ ...ended, cause: '' }] }],
    ['a cause with NUL', { version: 1, ended: [{ ...ended, cause: 'a\0b' }] }],
    ['a day that there is not', { version: 1, ended: [{ ...ended, effective_at: '2026-02-30T00:00:00Z' }] }],
    ['a year that Postgres has not', { version: 1, ended: [{ ...ended, effective_at: '0000-01-01T00:00:00Z' }] }],
    ['one ending too many', { version: 1, ended: Array<unknown>(MOST_ASKED + 1).fill(ended) }],
  ])('refuse the answer that its reader refuses: %s', (_name, json) => {
    expect([readsAnswer(json), takesAnswer(json)]).toEqual([false, false]);
  });

  it('take other members, as the readers do (EVT-11)', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
        const grown = { ...more, ...answered, ended: [{ ...more, ...ended }] };
        expect(decodeEndedQuestion(asJson({ ...more, ...asked }))).toEqual(question);
        expect(decodeEndedAnswer(grown, question)).toEqual(decodeEndedAnswer(answered, question));
        expect([takesQuestion({ ...more, ...asked }), takesAnswer(grown)]).toEqual([true, true]);
      }),
    );
  });
});

describe('the AsyncAPI document says how a service asks', () => {
  const document = asyncApiDocument() as unknown as {
    readonly channels: Readonly<Record<string, { readonly address: string | null; readonly messages: Json }>>;
    readonly operations: Readonly<Record<string, Json & { readonly reply?: Json }>>;
    readonly components: {
      readonly messages: Readonly<Record<string, { payload: object; examples: readonly { payload: Json }[] }>>;
    };
  };
  const { endedQuestions, endedAnswers } = document.channels;

  it('under its own name, where the pollers listen', () => {
    expect(endedQuestions?.address).toBe(endedQuestionSubjectOf('{service}'));
    expect(endedQuestions?.address?.replace('{service}', '*')).toBe(ENDED_QUESTIONS);
  });

  it('and gets the answer in the inbox that its request names', () => {
    expect(endedAnswers?.address).toBeNull();
    expect(document.operations.askEnded).toMatchObject({
      ...{ action: 'send', channel: { $ref: '#/channels/endedQuestions' } },
      reply: {
        channel: { $ref: '#/channels/endedAnswers' },
        messages: [{ $ref: '#/channels/endedAnswers/messages/endedAnswer' }],
      },
    });
  });

  it('with schemas that take the examples and refuse what is neither', () => {
    const draft7 = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
    formats.default(draft7);
    const { endedQuestion, endedAnswer } = document.components.messages;
    expect(endedQuestion?.examples.map(({ payload }) => payload)).toEqual([asked]);
    expect(endedAnswer?.examples.map(({ payload }) => payload)).toEqual([answered, refused]);
    const takes = (schema: object | undefined, json: Json) => draft7.validate(schema!, json);
    expect(takes(endedQuestion?.payload, asked)).toBe(true);
    expect([answered, refused].map((json) => takes(endedAnswer?.payload, json))).toEqual([true, true]);
    expect([takes(endedQuestion?.payload, answered), takes(endedAnswer?.payload, asked)]).toEqual([false, false]);
  });
});
