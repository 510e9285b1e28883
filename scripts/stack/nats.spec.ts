import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { describe, expect, it } from '@jest/globals';
import { natsForSuite } from '../../test/support/nats.js';

/** The client does not take the credentials out of a URL by itself. */
function connectTo(url: string): Promise<NatsConnection> {
  const { host, username, password } = new URL(url);
  return connect({ servers: host, user: username, pass: password });
}

describe('a private NATS server', () => {
  const nats = natsForSuite();

  it('keeps its address and its streams when it is killed and started again', async () => {
    const { url, pid } = nats();
    const before = await connectTo(url);
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept.>'] });
    await jetstream(before).publish('kept.one', 'hello');
    await before.close();

    await nats().kill();
    await nats().start();

    expect(nats().pid).not.toBe(pid);
    const after = await connectTo(nats().url);
    const { state } = await (await jetstreamManager(after)).streams.info('KEPT');
    expect(state.messages).toBe(1);
    await after.close();
  });

  it('lets somebody without the password look on, and tell nothing', async () => {
    const apps = await connectTo(nats().url);
    await (await jetstreamManager(apps)).streams.add({ name: 'SSO_LOGOUT_V1', subjects: ['sso.v1.logout.>'] });
    await jetstream(apps).publish('sso.v1.logout.x', 'an ending');

    const observer = await connect({ servers: nats().observerUrl });
    const consumer = await jetstream(observer).consumers.get('SSO_LOGOUT_V1');
    expect((await consumer.next())?.string()).toBe('an ending');
    await expect(jetstream(observer).publish('sso.v1.logout.y', 'a lie')).rejects.toThrow();
    await expect((await jetstreamManager(observer)).streams.delete('SSO_LOGOUT_V1')).rejects.toThrow();
    const { state } = await (await jetstreamManager(apps)).streams.info('SSO_LOGOUT_V1');
    expect(state.messages).toBe(1);

    await observer.close();
    await apps.close();
  });

  it('takes nobody with a wrong password', async () => {
    const { host } = new URL(nats().url);
    await expect(connect({ servers: host, user: 'session-sync', pass: 'wrong', reconnect: false })).rejects.toThrow();
  });
});
