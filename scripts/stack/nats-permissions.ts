/**
 * Who connects to NATS: the session-pollers, a service by its name, or somebody who only looks on. `services` are all that
 * there are: their places in the stream are what nobody else may touch.
 */
export type NatsRole =
  | { readonly kind: 'session-poller' }
  | { readonly kind: 'service'; readonly service: string; readonly services: readonly string[] }
  | { readonly kind: 'observer'; readonly services: readonly string[] };

/** What a NATS user may do; anything else is refused. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly neverPublish: readonly string[];
  readonly subscribe: readonly string[];
  /** may answer whoever asks */
  readonly answers: boolean;
}

const ENDINGS = 'SSO_LOGOUT_V1';
const RECEIPTS = 'SSO_RECEIPT_V1';
const DEAD_LETTERS = 'SSO_DLQ_V1';
const STREAMS = [ENDINGS, RECEIPTS, DEAD_LETTERS];
/** The place in the stream of receipts that all session-pollers share. */
const GATHERER = 'receipts';
/** What a name may be made of, so that it is one token of a subject and nothing else. */
const NAME = /^[A-Za-z0-9_-]+$/;

/**
 * Says what a NATS user needs for its role, and no more: the one source of the demo's and the cluster's users, and of what
 * `npm run sso -- nats-permissions` prints. For nats-server 2.9 and newer.
 *
 * @throws TypeError for a name that can't be one token of a subject
 */
export function permissionsOf(role: NatsRole): NatsPermissions {
  if (role.kind === 'session-poller') return pollerPermissions();
  const services = role.services.map(nameOf);
  if (role.kind === 'observer') return observerPermissions(services);
  const others = services.filter((name) => name !== role.service);
  return servicePermissions(nameOf(role.service), others);
}

/** Tells the name of the role's user. */
export function userOf(role: NatsRole): string {
  return role.kind === 'service' ? role.service : role.kind;
}

/** Gives the permissions as the block of a user in nats.conf. */
export function toNatsConf({ publish, neverPublish, subscribe, answers }: NatsPermissions): string {
  const list = (subjects: readonly string[]): string => subjects.map((subject) => `\n      "${subject}"`).join('');
  const deny = neverPublish.length === 0 ? '' : `\n    deny: [${list(neverPublish)}\n    ]`;
  return [
    '{',
    `  publish: {\n    allow: [${list(publish)}\n    ]${deny}\n  }`,
    `  subscribe: {\n    allow: [${list(subscribe)}\n    ]\n  }`,
    ...(answers ? ['  allow_responses: { max: 1, expires: "1m" }'] : []),
    '}',
  ].join('\n');
}

function pollerPermissions(): NatsPermissions {
  return {
    publish: [
      '$JS.API.INFO',
      ...STREAMS.flatMap((stream) => ['INFO', 'CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`)),
      ...placeIn(RECEIPTS, GATHERER),
      'sso.v1.logout.>',
      `sso.v1.dlq.receipt.${GATHERER}`,
    ],
    neverPublish: [],
    subscribe: ['_INBOX_session-poller.>', 'sso.v1.ask.>'],
    answers: true,
  };
}

function servicePermissions(service: string, others: readonly string[]): NatsPermissions {
  return {
    publish: [
      '$JS.API.INFO',
      `$JS.API.STREAM.INFO.${ENDINGS}`,
      `$JS.API.STREAM.INFO.${DEAD_LETTERS}`,
      ...placeIn(ENDINGS, service),
      ...feedsFrom(ENDINGS, 'sso.v1.logout.>'),
      `sso.v1.receipt.${service}`,
      `sso.v1.dlq.logout.${service}`,
      `sso.v1.ask.ended.${service}`,
    ],
    neverPublish: others.flatMap((other) => [`$JS.API.CONSUMER.INFO.${ENDINGS}.${other}`, ...placeOf(ENDINGS, other)]),
    subscribe: [`_INBOX_${service}.>`],
    answers: false,
  };
}

/** One durable consumer: to make it, to ask about it, to be given messages, to acknowledge them. */
function placeIn(stream: string, durable: string): readonly string[] {
  return [
    `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`, // the rest is the filter
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${durable}`, // before 2.9
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
    `$JS.ACK.${stream}.${durable}.>`,
  ];
}

/**
 * Ephemeral consumers, one for each replica, of names that are made up anew each time; a wildcard can't stand for a part of
 * a name. So the names of others' durable consumers are taken out again: {@link placeOf}. The subject without a name
 * (`$JS.API.CONSUMER.CREATE.<stream>`) stays closed: a server 2.9 lets it change any consumer.
 */
function feedsFrom(stream: string, filter: string): readonly string[] {
  return [
    `$JS.API.CONSUMER.CREATE.${stream}.*.${filter}`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
  ];
}

/** A durable consumer of somebody else: not to be changed, emptied, taken away or acknowledged. */
function placeOf(stream: string, durable: string): readonly string[] {
  return [
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
    `$JS.API.CONSUMER.DELETE.${stream}.${durable}`,
  ];
}

/** Reads everything, by consumers of its own; the known places are not to be touched. */
function observerPermissions(services: readonly string[]): NatsPermissions {
  return {
    publish: [
      '$JS.API.INFO',
      '$JS.API.STREAM.NAMES',
      ...STREAMS.flatMap((stream) => [
        `$JS.API.STREAM.INFO.${stream}`,
        `$JS.API.STREAM.MSG.GET.${stream}`,
        `$JS.API.CONSUMER.NAMES.${stream}`,
        `$JS.API.CONSUMER.CREATE.${stream}.*`,
        ...feedsFrom(stream, '>').filter((subject) => !subject.includes('.DELETE.')),
      ]),
    ],
    neverPublish: [...services.flatMap((name) => placeOf(ENDINGS, name)), ...placeOf(RECEIPTS, GATHERER)],
    subscribe: ['sso.v1.>', '_INBOX.>', '_INBOX_observer.>'],
    answers: false,
  };
}

/** A service of such a name would share its inbox or its place with another role. */
const TAKEN = ['session-poller', 'observer', GATHERER];

function nameOf(name: string): string {
  if (TAKEN.includes(name)) throw new TypeError(`${name} is the name of something else; a service needs another`);
  if (!NAME.test(name)) throw new TypeError('a name is made of letters, digits, _ and -');
  return name;
}
