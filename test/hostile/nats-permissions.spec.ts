import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { connectNats, deadLetterStream, ensureStream, logoutStream, receiptStream } from '#bus';
import { natsForSuite } from '../support/nats.js';

const ENDING = 'sso.v1.logout.default.session.iss.key';
const TIMEOUT_MS = 1_000;
const DENIED = /permissions violation/i;

/** A NATS user at work: its connection, and what JetStream lets it do. */
interface User {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}

describe('what a NATS user may do', () => {
  const nats = natsForSuite();
  const users = new Map<string, User>();
  const as = (name: string): User => users.get(name)!;

  async function connectAs(name: string, url: string): Promise<void> {
    const connection = await connectNats(url, name);
    const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS });
    users.set(name, { connection, manager });
  }

  /** Messages that the operator finds. */
  const count = async (stream: string, subject: string): Promise<number> =>
    (await as('operator').manager.streams.info(stream, { subjects_filter: subject })).state.subjects?.[subject] ?? 0;

  /** Publishes as a client that waits for no answer does, then waits until the server has read it. */
  async function tell(name: string, subject: string, payload = '{}'): Promise<void> {
    const { connection } = as(name);
    connection.publish(subject, payload);
    await connection.flush();
  }

  /** Asks as `name`, and gives the answer's error code, or `refused` when the server did not even take the question. */
  async function ask(name: string, subject: string, question: unknown = {}): Promise<unknown> {
    try {
      const answer = await as(name).connection.request(subject, JSON.stringify(question), { timeout: TIMEOUT_MS });
      return answer.json();
    } catch (error) {
      expect(String(error)).toMatch(DENIED);
      return 'refused';
    }
  }

  /** What the server says to a subscription; what it delivers is a message and no fault. */
  const subscriptionFault = (name: string, subject: string): Promise<string> =>
    new Promise((resolve) => {
      as(name).connection.subscribe(subject, {
        callback: (error) => {
          resolve(String(error));
        },
      });
    });

  beforeAll(async () => {
    await connectAs('operator', nats().url);
    await connectAs('session-poller', nats().urlOf('session-poller'));
    for (const service of ['notes', 'billing']) await connectAs(service, nats().urlOf(service));
    await connectAs('observer', nats().observerUrl);
    const { manager } = as('session-poller'); // it makes the streams, as it does in the field
    for (const spec of [logoutStream(1), receiptStream(1), deadLetterStream(1)]) await ensureStream(manager, spec);
    for (const service of ['notes', 'billing']) await makePlace(service);
  }, 60_000);
  afterAll(() => Promise.all([...users.values()].map(({ connection }) => connection.close())));

  const makePlace = (service: string) =>
    as(service).manager.consumers.add('SSO_LOGOUT_V1', {
      durable_name: service,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      filter_subject: 'sso.v1.logout.>',
      ack_wait: nanos(30_000),
    });

  describe('a service', () => {
    it('hears endings in its own place, acknowledges them, and changes its place', async () => {
      await jetstream(as('session-poller').connection).publish(ENDING, '{"n":1}');
      const consumer = await jetstream(as('notes').connection).consumers.get('SSO_LOGOUT_V1', 'notes');
      const message = await consumer.next({ expires: 5_000 });
      expect(message?.subject).toBe(ENDING);
      expect(await message?.ackAck()).toBe(true);
      await as('notes').manager.consumers.update('SSO_LOGOUT_V1', 'notes', { max_ack_pending: 7 });
      const { num_ack_pending, config } = await as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'notes');
      expect([num_ack_pending, config.max_ack_pending]).toEqual([0, 7]);
    });

    it('hears endings a second time, in order, for each replica’s memory', async () => {
      const { last_seq } = (await as('operator').manager.streams.info('SSO_LOGOUT_V1')).state;
      const feed = await jetstream(as('notes').connection).consumers.get('SSO_LOGOUT_V1', {
        ...{ name_prefix: 'notes-Q3F7', filter_subjects: 'sso.v1.logout.>', opt_start_seq: last_seq + 1 },
      });
      await jetstream(as('session-poller').connection).publish(ENDING, '{"n":2}');
      expect((await feed.next({ expires: 5_000 }))?.json()).toEqual({ n: 2 });
      expect((await feed.info()).num_pending).toBe(0);
      expect(await feed.delete()).toBe(true);
    });

    it('sends its receipts, its dead letters and its questions', async () => {
      const client = jetstream(as('notes').connection);
      expect((await client.publish('sso.v1.receipt.notes', '{}')).stream).toBe('SSO_RECEIPT_V1');
      expect((await client.publish('sso.v1.dlq.logout.notes', '{}')).stream).toBe('SSO_DLQ_V1');
      const asked = as('session-poller').connection.subscribe('sso.v1.ask.ended.*', {
        queue: 'pollers',
        max: 1,
        callback: (_, message) => {
          message.respond('[]');
        },
      });
      await as('session-poller').connection.flush();
      expect(await ask('notes', 'sso.v1.ask.ended.notes')).toEqual([]);
      asked.unsubscribe();
    });

    it.each([
      ['T165: an ending', 'SSO_LOGOUT_V1', 'sso.v1.logout.default.session.iss.forged'],
      ['the receipt of another service', 'SSO_RECEIPT_V1', 'sso.v1.receipt.billing'],
      ['the dead letter of another service', 'SSO_DLQ_V1', 'sso.v1.dlq.logout.billing'],
      ['the dead letter of a session-poller', 'SSO_DLQ_V1', 'sso.v1.dlq.receipt.receipts'],
    ])('publishes nothing of others: %s', async (_what, stream, subject) => {
      await expect(jetstream(as('notes').connection, { timeout: TIMEOUT_MS }).publish(subject, '{}')).rejects.toThrow();
      await tell('notes', subject);
      expect(await count(stream, subject)).toBe(0);
    });

    it('asks in nobody else’s name, and answers nobody', async () => {
      expect(await ask('notes', 'sso.v1.ask.ended.billing')).toBe('refused');
      expect(await subscriptionFault('notes', 'sso.v1.ask.>')).toMatch(/permissions violation/i);
    });

    it.each([
      '_INBOX_billing.>',
      '_INBOX_session-poller.>',
      '_INBOX.>',
      '_INBOX_*.>',
      '>',
      '$JS.>',
      'sso.v1.receipt.>',
    ])('reads no answer that is for another: %s', async (subject) => {
      expect(await subscriptionFault('notes', subject)).toMatch(/permissions violation/i);
    });

    it.each([
      ['STREAM.CREATE.SSO_LOGOUT_V1', { name: 'SSO_LOGOUT_V1', subjects: ['sso.v1.logout.>'] }],
      ['STREAM.UPDATE.SSO_LOGOUT_V1', { name: 'SSO_LOGOUT_V1', subjects: ['sso.v1.logout.>'], max_age: 1e9 }],
      ['STREAM.PURGE.SSO_LOGOUT_V1', {}],
      ['STREAM.DELETE.SSO_LOGOUT_V1', {}],
      ['STREAM.MSG.DELETE.SSO_LOGOUT_V1', { seq: 1 }],
      ['STREAM.CREATE.MY_OWN', { name: 'MY_OWN', subjects: ['sso.v1.logout.default.session.iss.forged'] }],
      ['STREAM.INFO.SSO_RECEIPT_V1', {}],
      ['STREAM.SNAPSHOT.SSO_LOGOUT_V1', { deliver_subject: '_INBOX_notes.a' }],
      ['CONSUMER.DELETE.SSO_LOGOUT_V1.billing', {}],
      ['CONSUMER.INFO.SSO_LOGOUT_V1.billing', {}],
      ['CONSUMER.MSG.NEXT.SSO_LOGOUT_V1.billing', { batch: 1, expires: 5e8 }],
      ['CONSUMER.NAMES.SSO_LOGOUT_V1', {}],
    ])('may not ask JetStream for %s', async (subject, question) => {
      expect(await ask('notes', `$JS.API.${subject}`, question)).toBe('refused');
    });

    it.each([
      ['CONSUMER.CREATE.SSO_LOGOUT_V1.billing.sso.v1.logout.x', 'billing'],
      ['CONSUMER.CREATE.SSO_LOGOUT_V1.billing', 'billing'],
      ['CONSUMER.DURABLE.CREATE.SSO_LOGOUT_V1.billing', 'billing'],
      ['CONSUMER.CREATE.SSO_LOGOUT_V1', 'billing'],
      ['CONSUMER.CREATE.SSO_LOGOUT_V1.made-up.sso.v1.logout.>', 'billing'],
      ['CONSUMER.CREATE.SSO_LOGOUT_V1.*.sso.v1.logout.>', 'billing'],
      ['CONSUMER.CREATE.SSO_LOGOUT_V1.notes.sso.v1.logout.x', 'billing'],
      ['CONSUMER.DURABLE.CREATE.SSO_LOGOUT_V1.notes', 'billing'],
      ['CONSUMER.CREATE.SSO_RECEIPT_V1', 'receipts'],
    ])('does not change another’s place by %s', async (subject, name) => {
      const before = await as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'billing');
      for (const named of [{ name }, { durable_name: name }, { name, durable_name: name }]) {
        await ask('notes', `$JS.API.${subject}`, {
          stream_name: 'SSO_LOGOUT_V1',
          config: {
            ...named,
            ack_policy: 'explicit',
            deliver_policy: 'all',
            filter_subject: /sso\.v1\..*$/.exec(subject)?.[0] ?? 'sso.v1.logout.x',
            max_ack_pending: 1,
          },
        });
      }
      const after = await as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'billing');
      expect(after.config).toEqual(before.config);
      expect(after.created).toEqual(before.created);
    });

    it('acknowledges nothing in another’s place', async () => {
      const consumer = await jetstream(as('billing').connection).consumers.get('SSO_LOGOUT_V1', 'billing');
      const message = await consumer.next({ expires: 5_000 });
      const { reply } = (message as unknown as { readonly msg: { readonly reply: string } }).msg;
      await tell('notes', reply, '+ACK');
      await setTimeout(100);
      const { num_ack_pending } = await as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'billing');
      expect(num_ack_pending).toBe(1);
      expect(await message?.ackAck()).toBe(true);
    });
  });

  describe('a session-poller', () => {
    it('publishes endings, gathers receipts, and can’t empty or take away what it has made', async () => {
      const { connection, manager } = as('session-poller');
      expect((await jetstream(connection).publish('sso.v1.logout.default.session.iss.other', '{}')).duplicate).toBe(
        false,
      );
      await manager.consumers.add('SSO_RECEIPT_V1', {
        ...{ durable_name: 'receipts', ack_policy: AckPolicy.Explicit, filter_subject: 'sso.v1.receipt.>' },
      });
      await jetstream(as('billing').connection).publish('sso.v1.receipt.billing', '{}');
      const receipts = await jetstream(connection).consumers.get('SSO_RECEIPT_V1', 'receipts');
      expect(await (await receipts.next({ expires: 5_000 }))?.ackAck()).toBe(true);
      for (const verb of ['DELETE', 'PURGE'])
        expect(await ask('session-poller', `$JS.API.STREAM.${verb}.SSO_RECEIPT_V1`)).toBe('refused');
    });

    it.each(['sso.v1.receipt.notes', 'sso.v1.dlq.logout.notes', 'sso.v1.ask.ended.notes', '_INBOX_notes.x'])(
      'speaks for no service: %s',
      async (subject) => {
        expect(await ask('session-poller', subject)).toBe('refused');
      },
    );

    it.each(['CONSUMER.MSG.NEXT', 'CONSUMER.DELETE', 'CONSUMER.INFO'])(
      'has no part in a service’s place: %s',
      async (verb) => {
        expect(await ask('session-poller', `$JS.API.${verb}.SSO_LOGOUT_V1.notes`)).toBe('refused');
      },
    );
  });

  describe('an observer', () => {
    it('looks on', async () => {
      const consumer = await jetstream(as('observer').connection).consumers.get('SSO_LOGOUT_V1');
      expect((await consumer.next({ expires: 5_000 }))?.subject).toBe(ENDING);
      expect((await as('observer').manager.consumers.info('SSO_LOGOUT_V1', 'notes')).name).toBe('notes');
    });

    it.each([ENDING, 'sso.v1.receipt.notes', 'sso.v1.dlq.logout.notes', 'sso.v1.ask.ended.notes'])(
      'publishes nothing: %s',
      async (subject) => {
        expect(await ask('observer', subject)).toBe('refused');
      },
    );

    it.each([
      'STREAM.PURGE.SSO_LOGOUT_V1',
      'STREAM.DELETE.SSO_LOGOUT_V1',
      'CONSUMER.DELETE.SSO_LOGOUT_V1.notes',
      'CONSUMER.MSG.NEXT.SSO_LOGOUT_V1.notes',
      'CONSUMER.MSG.NEXT.SSO_RECEIPT_V1.receipts',
      'CONSUMER.CREATE.SSO_LOGOUT_V1.notes.sso.v1.logout.>',
      'CONSUMER.CREATE.SSO_LOGOUT_V1.notes',
      'CONSUMER.CREATE.SSO_LOGOUT_V1',
    ])('changes nothing: %s', async (subject) => {
      expect(await ask('observer', `$JS.API.${subject}`)).toBe('refused');
    });

    it('reads no answers to apps', async () => {
      expect(await subscriptionFault('observer', '_INBOX_notes.>')).toMatch(/permissions violation/i);
    });
  });
});
