import { beforeAll, describe, expect, it } from '@jest/globals';
import { AckPolicy, jetstream } from '@nats-io/jetstream';
import { ENDING, natsUsersForSuite } from '../support/nats-users.js';

describe('what a NATS user may do', () => {
  const users = natsUsersForSuite();
  beforeAll(async () => {
    await jetstream(users.as('session-poller').connection).publish(ENDING, '{}');
  });

  describe('a session-poller', () => {
    it('publishes endings, gathers receipts, and can’t empty or take away what it has made', async () => {
      const { connection, manager } = users.as('session-poller');
      expect((await jetstream(connection).publish('sso.v1.logout.default.session.iss.other', '{}')).duplicate).toBe(
        false,
      );
      await manager.consumers.add('SSO_RECEIPT_V1', {
        ...{ durable_name: 'receipts', ack_policy: AckPolicy.Explicit, filter_subject: 'sso.v1.receipt.>' },
      });
      await jetstream(users.as('billing').connection).publish('sso.v1.receipt.billing', '{}');
      const receipts = await jetstream(connection).consumers.get('SSO_RECEIPT_V1', 'receipts');
      expect(await (await receipts.next({ expires: 5_000 }))?.ackAck()).toBe(true);
      for (const verb of ['DELETE', 'PURGE'])
        expect(await users.ask('session-poller', `$JS.API.STREAM.${verb}.SSO_RECEIPT_V1`)).toBe('refused');
    });

    it.each(['sso.v1.receipt.notes', 'sso.v1.dlq.logout.notes', 'sso.v1.ask.ended.notes', '_INBOX_notes.x'])(
      'speaks for no service: %s',
      async (subject) => {
        expect(await users.ask('session-poller', subject)).toBe('refused');
      },
    );

    it.each(['CONSUMER.MSG.NEXT', 'CONSUMER.DELETE', 'CONSUMER.INFO'])(
      'has no part in a service’s place: %s',
      async (verb) => {
        expect(await users.ask('session-poller', `$JS.API.${verb}.SSO_LOGOUT_V1.notes`)).toBe('refused');
      },
    );
  });

  describe('an observer', () => {
    it('looks on', async () => {
      const consumer = await jetstream(users.as('observer').connection).consumers.get('SSO_LOGOUT_V1');
      expect((await consumer.next({ expires: 5_000 }))?.subject).toBe(ENDING);
      expect((await users.as('observer').manager.consumers.info('SSO_LOGOUT_V1', 'notes')).name).toBe('notes');
    });

    it.each([ENDING, 'sso.v1.receipt.notes', 'sso.v1.dlq.logout.notes', 'sso.v1.ask.ended.notes'])(
      'publishes nothing: %s',
      async (subject) => {
        expect(await users.ask('observer', subject)).toBe('refused');
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
      expect(await users.ask('observer', `$JS.API.${subject}`)).toBe('refused');
    });

    it('reads no answers to apps', async () => {
      expect(await users.subscriptionFault('observer', '_INBOX_notes.>')).toMatch(/permissions violation/i);
    });
  });
});
