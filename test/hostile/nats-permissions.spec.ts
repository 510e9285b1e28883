import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { jetstream } from '@nats-io/jetstream';
import { ENDING, natsUsersForSuite, TIMEOUT_MS } from '../support/nats-users.js';

describe('what a NATS user may do', () => {
  const users = natsUsersForSuite();

  describe('a service', () => {
    it('hears endings in its own place, acknowledges them, and changes its place', async () => {
      await jetstream(users.as('session-poller').connection).publish(ENDING, '{"n":1}');
      const consumer = await jetstream(users.as('notes').connection).consumers.get('SSO_LOGOUT_V1', 'notes');
      const message = await consumer.next({ expires: 5_000 });
      expect(message?.subject).toBe(ENDING);
      expect(await message?.ackAck()).toBe(true);
      await users.as('notes').manager.consumers.update('SSO_LOGOUT_V1', 'notes', { max_ack_pending: 7 });
      const { num_ack_pending, config } = await users.as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'notes');
      expect([num_ack_pending, config.max_ack_pending]).toEqual([0, 7]);
    });

    it('hears endings a second time, in order, for each replica’s memory', async () => {
      const { last_seq } = (await users.as('operator').manager.streams.info('SSO_LOGOUT_V1')).state;
      const feed = await jetstream(users.as('notes').connection).consumers.get('SSO_LOGOUT_V1', {
        ...{ name_prefix: 'notes-Q3F7', filter_subjects: 'sso.v1.logout.>', opt_start_seq: last_seq + 1 },
      });
      await jetstream(users.as('session-poller').connection).publish(ENDING, '{"n":2}');
      expect((await feed.next({ expires: 5_000 }))?.json()).toEqual({ n: 2 });
      expect((await feed.info()).num_pending).toBe(0);
      expect(await feed.delete()).toBe(true);
    });

    it('sends its receipts, its dead letters and its questions', async () => {
      const client = jetstream(users.as('notes').connection);
      expect((await client.publish('sso.v1.receipt.notes', '{}')).stream).toBe('SSO_RECEIPT_V1');
      expect((await client.publish('sso.v1.dlq.logout.notes', '{}')).stream).toBe('SSO_DLQ_V1');
      const asked = users.as('session-poller').connection.subscribe('sso.v1.ask.ended.*', {
        queue: 'pollers',
        max: 1,
        callback: (_, message) => {
          message.respond('[]');
        },
      });
      await users.as('session-poller').connection.flush();
      expect(await users.ask('notes', 'sso.v1.ask.ended.notes')).toEqual([]);
      asked.unsubscribe();
    });

    it.each([
      ['T165: an ending', 'SSO_LOGOUT_V1', 'sso.v1.logout.default.session.iss.forged'],
      ['the receipt of another service', 'SSO_RECEIPT_V1', 'sso.v1.receipt.billing'],
      ['the dead letter of another service', 'SSO_DLQ_V1', 'sso.v1.dlq.logout.billing'],
      ['the dead letter of a session-poller', 'SSO_DLQ_V1', 'sso.v1.dlq.receipt.receipts'],
    ])('publishes nothing of others: %s', async (_what, stream, subject) => {
      await expect(
        jetstream(users.as('notes').connection, { timeout: TIMEOUT_MS }).publish(subject, '{}'),
      ).rejects.toThrow();
      await users.tell('notes', subject);
      expect(await users.count(stream, subject)).toBe(0);
    });

    it('asks in nobody else’s name, and answers nobody', async () => {
      expect(await users.ask('notes', 'sso.v1.ask.ended.billing')).toBe('refused');
      expect(await users.subscriptionFault('notes', 'sso.v1.ask.>')).toMatch(/permissions violation/i);
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
      expect(await users.subscriptionFault('notes', subject)).toMatch(/permissions violation/i);
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
      expect(await users.ask('notes', `$JS.API.${subject}`, question)).toBe('refused');
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
      const before = await users.as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'billing');
      for (const named of [{ name }, { durable_name: name }, { name, durable_name: name }]) {
        await users.ask('notes', `$JS.API.${subject}`, {
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
      const after = await users.as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'billing');
      expect(after.config).toEqual(before.config);
      expect(after.created).toEqual(before.created);
    });

    it('acknowledges nothing in another’s place', async () => {
      const consumer = await jetstream(users.as('billing').connection).consumers.get('SSO_LOGOUT_V1', 'billing');
      const message = await consumer.next({ expires: 5_000 });
      const { reply } = (message as unknown as { readonly msg: { readonly reply: string } }).msg;
      await users.tell('notes', reply, '+ACK');
      await setTimeout(100);
      const { num_ack_pending } = await users.as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'billing');
      expect(num_ack_pending).toBe(1);
      expect(await message?.ackAck()).toBe(true);
    });
  });
});
