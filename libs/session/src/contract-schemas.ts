import { z } from 'zod';
import { EndedAnswerWire, EndedQuestionWire } from './ended-question.js';
import { ReceiptWire } from './receipt.js';
import { SESSION_ENDED_SCHEMA, SessionEndedData, SessionEndedWire } from './session-ended-wire.js';

/** A JSON Schema, as JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const RULE =
  'Members that are not named here may be added within version 1, and must be ignored by whoever does not know them.';

/**
 * The JSON Schemas (draft 2020-12) of what services hear and say, each by the name of its file. They are made from what the
 * readers read by; a reader takes all that its schema takes, and somewhat more.
 */
export function contractSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    'session-ended.v1.schema.json': dataSchema(),
    'session-ended-event.v1.schema.json': eventSchema(),
    'receipt.v1.schema.json': {
      ...{ $schema: DRAFT, $id: 'urn:sso:schema:receipt:1.0', title: "A service's word that it has applied an ending" },
      ...{ description: RULE, ...bare(ReceiptWire) },
    },
    'ended-question.v1.schema.json': {
      ...{ $schema: DRAFT, $id: 'urn:sso:schema:ended.question:1.0', title: 'Which of these sessions have ended?' },
      ...{ description: RULE, ...bare(EndedQuestionWire) },
    },
    'ended-answer.v1.schema.json': {
      ...{
        $schema: DRAFT,
        $id: 'urn:sso:schema:ended.answer:1.0',
        title: 'The sessions that have ended, or a refusal',
      },
      ...{ description: RULE, ...bare(EndedAnswerWire) },
    },
  };
}

/** Gives a schema as AsyncAPI 3.0 takes it without naming a format: its dialect goes back to JSON Schema draft 7. */
export function asyncApiSchema(schema: z.ZodType): JsonSchema {
  return bare(schema, 'draft-7');
}

/** CloudEvents: `dataschema` names the schema that `data` follows, so this is the one with that name. */
function dataSchema(): JsonSchema {
  return {
    ...{
      $schema: DRAFT,
      $id: SESSION_ENDED_SCHEMA,
      title: 'A session, or every session of a person, has ended: `data`',
    },
    ...{ description: RULE, ...bare(SessionEndedData) },
  };
}

/** Holds the schema of `data` with its own name: whoever has this file needs no other. */
function eventSchema(): JsonSchema {
  const { properties, ...rest } = bare(SessionEndedWire);
  return {
    ...{ $schema: DRAFT, $id: 'urn:sso:schema:session.ended.event:1.0', title: 'The whole event: CloudEvents 1.0' },
    ...{ description: RULE, ...rest },
    properties: { ...(properties as object), data: { $ref: SESSION_ENDED_SCHEMA } },
    $defs: { data: dataSchema() },
  };
}

function bare(schema: z.ZodType, target: 'draft-2020-12' | 'draft-7' = 'draft-2020-12'): JsonSchema {
  const made = z.toJSONSchema(schema, { target, io: 'input' });
  return Object.fromEntries(Object.entries(made).filter(([member]) => member !== '$schema'));
}
