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

  it('takes nobody without the password', async () => {
    const { host } = new URL(nats().url);
    await expect(connect({ servers: host, reconnect: false })).rejects.toThrow();
  });
});
