import { z } from 'zod';
import { causes } from './ending.js';
import { type Sid, SID_PATTERN, type Sub, SUB_MAX_LENGTH } from './ids.js';
import { Text, Timestamp } from './wire-types.js';

/** CloudEvents type of the event, and the pattern that Nest handlers name. */
export const SESSION_ENDED = 'sso.session.ended.v1';
/** Names the schema of the event's `data`, as the event itself does. @see CloudEvents 1.0 `dataschema` */
export const SESSION_ENDED_SCHEMA = 'urn:sso:schema:session.ended:1.0';

const SidText = z
  .string()
  .regex(SID_PATTERN)
  .transform((text) => text as Sid);
const SubText = Text.max(SUB_MAX_LENGTH).transform((text) => text as Sub);

/** Nobody acts on these: an ending is not lost because one of them is told in new words. */
const asFarAsKnown = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const Evidence = z.object({
  method: z.string().meta({ description: 'how it was learned', examples: ['introspect', 'backchannel'] }),
  strength: z.string().meta({ description: 'strong or weak', examples: ['strong', 'weak'] }),
  probes: z.number().int().min(0).describe('how often the IdP was asked before it was believed'),
});

const said = {
  iss: Text.max(2048).meta({ description: 'issuer of the session', examples: ['https://idp.example.com'] }),
  tenant: z.string().nullish().describe('whose installation it is; null: there is one'),
  effective_at: Timestamp.describe('when the session ended at the IdP: what was opened after it is not meant'),
  detected_at: Timestamp.optional().describe('when it was learned; without it: `time`'),
  cause: Text.max(64).meta({
    description: 'why it ended; take a value that you do not know for a logout',
    examples: [...causes],
  }),
  cause_id: z
    .string()
    .max(512)
    .optional()
    .describe('what the cause can be traced by: the jti of a logout token, the id of a logout or of a probe'),
  evidence: asFarAsKnown(Evidence).describe('how sure it is; nobody need act on it'),
  initiating_entity: z
    .string()
    .optional()
    .meta({ description: 'who wanted it, as CAEP says', examples: ['user', 'admin', 'policy', 'system'] }),
};

const OfSession = z.object({
  scope: z.literal('session').describe('one session has ended'),
  ...said,
  sid: SidText.describe('our id of the session, as in the assertions; never the sid of the IdP'),
  sub: asFarAsKnown(SubText).describe('whose session it was'),
});
const OfPerson = z.object({
  scope: z.literal('subject').describe('every session of a person has ended'),
  ...said,
  sub: SubText.describe("the issuer's identifier of the person"),
  sid: z.never().optional().describe('never there: every session is meant'),
});

/** What the event says, as it travels. */
export const SessionEndedData = z.discriminatedUnion('scope', [OfSession, OfPerson]);

/** The whole event as it travels: CloudEvents 1.0 in JSON, structured mode. Members that are not named here are ignored. */
export const SessionEndedWire = z.object({
  specversion: z.literal('1.0').describe('of CloudEvents'),
  id: Text.max(256).describe('the same ending told twice has the same id; it is the Nats-Msg-Id too'),
  source: Text.meta({ description: 'who tells', examples: ['urn:sso:gateway', 'urn:sso:session-poller'] }),
  type: z.literal(SESSION_ENDED),
  subject: asFarAsKnown(z.string()).describe('session/<sid>, or subject/ and a hash'),
  time: Timestamp.describe('when it was told'),
  datacontenttype: asFarAsKnown(z.string()).meta({
    description: 'of `data`: application/json',
    examples: ['application/json'],
  }),
  dataschema: asFarAsKnown(z.string()).meta({ description: 'schema of `data`', examples: [SESSION_ENDED_SCHEMA] }),
  data: SessionEndedData,
});
