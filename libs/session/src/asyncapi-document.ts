import { asyncApiSchema, type JsonSchema } from './contract-schemas.js';
import { contractExamples } from './contract-examples.js';
import { EndedAnswerWire, EndedQuestionWire, endedQuestionSubjectOf, MOST_ASKED } from './ended-question.js';
import { ReceiptWire, receiptSubjectOf } from './receipt.js';
import { SESSION_ENDED, SessionEndedWire } from './session-ended-wire.js';

/** What a service hears and says, and where, as AsyncAPI 3.0: in JSON. `operations` are those of the service. */
export function asyncApiDocument(): JsonSchema {
  return {
    asyncapi: '3.0.0',
    id: 'urn:sso:events',
    info: {
      title: 'Endings of sessions, and the receipts of services',
      version: '1.0.0',
      description:
        'What a service hears when sessions have ended, and how it says that it has applied it. Within version 1 members may be added; ignore those that you do not know.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { nats: server() },
    channels: channels(),
    operations: operations(),
    components: { messages: messages(), securitySchemes: SECURITY },
  };
}

const SECURITY = {
  password: { type: 'userPassword', description: "the service's own NATS user and password" },
  nkey: { type: 'asymmetricEncryption', description: "the service's own nkey, or a credentials file that holds one" },
  certificate: { type: 'X509', description: 'a certificate of the service, where NATS verifies clients by TLS' },
};

function server() {
  return {
    host: '{host}',
    protocol: 'nats',
    description:
      'NATS with JetStream. A service may read the endings, and publish its receipts, dead letters and questions under its own name; nothing else.',
    variables: { host: { default: 'localhost:4222', description: 'one server of the cluster, with its port' } },
    security: Object.keys(SECURITY).map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
  };
}

const service = { description: 'name of the service: letters, digits, _ and -; at most 64', examples: ['notes'] };

function channels() {
  return {
    sessionEnded: {
      ...channel('sso.v1.logout.{tenant}.{scope}.{isskey}.{key}', 'SSO_LOGOUT_V1', ['sessionEnded']),
      description: 'Sessions that have ended. Filter sso.v1.logout.>, or sso.v1.logout.<tenant>.>',
      parameters: {
        tenant: { description: 'of the installation; `default` when there is one', default: 'default' },
        scope: { description: 'one session, or every session of a person', enum: ['session', 'subject'] },
        isskey: { description: 'first 16 letters of base32(sha256(iss)), in lower case' },
        key: { description: 'first 32 letters of base32(sha256(sid or sub)), in lower case' },
      },
    },
    receipts: {
      ...channel(receiptSubjectOf('{service}'), 'SSO_RECEIPT_V1', ['receipt']),
      description: 'Each service publishes to its own; NATS lets it publish to no other.',
      parameters: { service },
    },
    deadEndings: {
      ...channel('sso.v1.dlq.logout.{service}', 'SSO_DLQ_V1', ['deadLetter']),
      description: 'Events that a service can never read, for an operator.',
      parameters: { service },
    },
    deadReceipts: {
      ...channel('sso.v1.dlq.receipt.{service}', 'SSO_DLQ_V1', ['deadLetter']),
      description:
        'Receipts that the session-pollers can never read, those under a name that is not their own among them.',
      parameters: { service: { description: 'who could not read it', enum: ['receipts'] } },
    },
    endedQuestions: {
      ...{ address: endedQuestionSubjectOf('{service}'), messages: messageRefs('endedQuestion') },
      description:
        'A NATS request, in no stream: each service asks under its own name; NATS lets it ask under no other. Any session-poller answers, each question once.',
      parameters: { service },
    },
    endedAnswers: {
      ...{ address: null, messages: messageRefs('endedAnswer') },
      description:
        'The inbox that a request names as its reply subject; the service’s own begin with _INBOX_<service>.',
    },
  };
}

function channel(address: string, stream: string, names: readonly string[]) {
  return { address, messages: messageRefs(...names), 'x-jetstream-stream': stream };
}

function messageRefs(...names: readonly string[]): JsonSchema {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}

function operations() {
  const of = (action: string, name: string, message: string, summary: string) => ({
    ...{ action, channel: { $ref: `#/channels/${name}` }, summary },
    messages: [{ $ref: `#/channels/${name}/messages/${message}` }],
  });
  return {
    hearSessionEnded: of(
      'receive',
      'sessionEnded',
      'sessionEnded',
      'Revokes its own sessions that were opened before the end, and acknowledges after its commit; twice does no harm.',
    ),
    sendReceipt: of('send', 'receipts', 'receipt', 'Says after its commit that the event is applied.'),
    sendDeadLetter: of(
      'send',
      'deadEndings',
      'deadLetter',
      'Puts aside what it can never read, and ends its delivery.',
    ),
    askEnded: {
      ...of(
        'send',
        'endedQuestions',
        'endedQuestion',
        'Asks which of its living sessions have ended, when it may have missed endings; no answer, or a refusal: it asks again.',
      ),
      reply: {
        channel: { $ref: '#/channels/endedAnswers' },
        messages: [{ $ref: '#/channels/endedAnswers/messages/endedAnswer' }],
      },
    },
  };
}

const text = (description: string) => ({ type: 'string', description });

function messages() {
  return { sessionEnded: sessionEnded(), receipt: receipt(), deadLetter: deadLetter(), ...endedMessages() };
}

function endedMessages() {
  const { endedQuestion, endedAnswer, endedRefusal } = contractExamples();
  return {
    endedQuestion: {
      ...{ name: 'endedQuestion', title: 'Which of these sessions have ended?', contentType: 'application/json' },
      summary: `At most ${MOST_ASKED} sessions of one issuer; names no person.`,
      payload: asyncApiSchema(EndedQuestionWire),
      examples: [{ name: 'asked', payload: endedQuestion }],
    },
    endedAnswer: {
      ...{ name: 'endedAnswer', title: 'Those that have ended, or a refusal', contentType: 'application/json' },
      summary: 'A session that it does not name has not ended, or is not known; a refusal says nothing about any.',
      payload: asyncApiSchema(EndedAnswerWire),
      examples: [
        { name: 'ended', summary: 'one of two has ended', payload: endedAnswer },
        { name: 'refused', summary: 'ask again', payload: endedRefusal },
      ],
    },
  };
}

function sessionEnded() {
  const { ofSession, ofPerson } = contractExamples();
  return {
    ...{ name: SESSION_ENDED, title: 'Sessions have ended', contentType: 'application/cloudevents+json' },
    summary: 'A fact; it can not be refused. Take an unknown `cause` for a logout.',
    headers: {
      type: 'object',
      properties: {
        'Content-Type': { const: 'application/cloudevents+json', description: 'CloudEvents in structured mode' },
        'Nats-Msg-Id': text('the `id` of the event: JetStream stores it once within 10 minutes'),
      },
    },
    correlationId: { description: 'a receipt names it as `event`', location: '$message.payload#/id' },
    payload: asyncApiSchema(SessionEndedWire),
    examples: [
      { name: 'session', summary: 'one session', payload: ofSession },
      { name: 'person', summary: 'every session of a person', payload: ofPerson },
    ],
  };
}

function receipt() {
  return {
    ...{ name: 'receipt', title: 'A service has applied an ending', contentType: 'application/json' },
    summary: 'Names no person and no session.',
    headers: {
      type: 'object',
      properties: { 'Nats-Msg-Id': text('`<event>.<service>`: JetStream stores it once within 10 minutes') },
    },
    correlationId: { description: 'the `id` of the event', location: '$message.payload#/event' },
    payload: asyncApiSchema(ReceiptWire),
    examples: [{ name: 'applied', payload: contractExamples().receipt }],
  };
}

function deadLetter() {
  return {
    ...{
      name: 'deadLetter',
      title: 'A message that can never be read',
      summary: 'The bytes as they came, or the first 4096 of them.',
    },
    headers: {
      type: 'object',
      properties: {
        'Dead-Letter-Reason': text('why, in one line of at most 200 characters of ASCII'),
        'Dead-Letter-Attempts': text('deliveries until then'),
        'Dead-Letter-Origin': text('`<stream>:<sequence>` of the message'),
        'Dead-Letter-Subject': text('where it was published'),
        'Dead-Letter-Bytes': text('how many bytes it had, where they are not all here'),
      },
    },
    payload: {},
  };
}
