import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { jetstream } from '@nats-io/jetstream';
import { ENDING, natsUsersForSuite } from '../support/nats-users.js';

const NEXT = '$JS.API.CONSUMER.MSG.NEXT.SSO_LOGOUT_V1.notes';

describe('what a service has the NATS server say, by the reply subject of a question that it may ask', () => {
  const users = natsUsersForSuite();

  /** An empty place answers "404 No Messages" at once: a message without a body, on whatever subject. */
  const sayNothing = async (reply: string): Promise<void> => {
    const own = await jetstream(users.as('notes').connection).consumers.get('SSO_LOGOUT_V1', 'notes');
    for (let next = await own.next({ expires: 1_000 }); next !== null; next = await own.next({ expires: 1_000 }))
      await next.ackAck();
    users.as('notes').connection.publish(NEXT, '{"batch":1,"no_wait":true}', { reply });
    await users.as('notes').connection.flush();
    await setTimeout(300);
  };

  it('acknowledges nothing in another’s place', async () => {
    await jetstream(users.as('session-poller').connection).publish(ENDING, '{"n":1}');
    const consumer = await jetstream(users.as('billing').connection).consumers.get('SSO_LOGOUT_V1', 'billing');
    const message = await consumer.next({ expires: 5_000 });
    await sayNothing((message as unknown as { readonly msg: { readonly reply: string } }).msg.reply);
    const { num_ack_pending } = await users.as('operator').manager.consumers.info('SSO_LOGOUT_V1', 'billing');
    expect(num_ack_pending).toBe(1);
  });

  // What nats-server lets through, as docs/nats.md says: an account of its own is what helps. Red: the server has closed it.
  it('is known to take a stream away: permissions do not look at reply subjects', async () => {
    await sayNothing('$JS.API.STREAM.DELETE.SSO_LOGOUT_V1');
    await expect(users.as('operator').manager.streams.info('SSO_LOGOUT_V1')).rejects.toThrow(/not found/);
  });
});
