import { afterAll, beforeAll, expect } from '@jest/globals';
import { AckPolicy, DeliverPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { connectNats, deadLetterStream, ensureStream, logoutStream, receiptStream } from '#bus';
import { natsForSuite } from './nats.js';

export const ENDING = 'sso.v1.logout.default.session.iss.key';
export const TIMEOUT_MS = 1_000;
const DENIED = /permissions violation/i;

/** A NATS user at work: its connection, and what JetStream lets it do. */
export interface NatsUser {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}

/** Every user of a server of this suite's own, connected; the session-poller has made the streams, the services their places. */
export class NatsUsers {
  private readonly users = new Map<string, NatsUser>();

  /** `operator`, `session-poller`, `notes`, `billing` or `observer` */
  as(name: string): NatsUser {
    const user = this.users.get(name);
    if (user === undefined) throw new Error(`nobody is connected as ${name}`);
    return user;
  }

  async connect(name: string, url: string): Promise<void> {
    const connection = await connectNats(url, name);
    const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS });
    this.users.set(name, { connection, manager });
  }

  async makeAll(): Promise<void> {
    const { manager } = this.as('session-poller'); // it makes the streams, as it does in the field
    for (const spec of [logoutStream(1), receiptStream(1), deadLetterStream(1)]) await ensureStream(manager, spec);
    for (const service of ['notes', 'billing'])
      await this.as(service).manager.consumers.add('SSO_LOGOUT_V1', {
        ...{ durable_name: service, filter_subject: 'sso.v1.logout.>', ack_wait: nanos(30_000) },
        ...{ ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All },
      });
  }

  /** Messages that the operator finds. */
  async count(stream: string, subject: string): Promise<number> {
    const { state } = await this.as('operator').manager.streams.info(stream, { subjects_filter: subject });
    return state.subjects?.[subject] ?? 0;
  }

  /** Publishes as a client that waits for no answer does, then waits until the server has read it. */
  async tell(name: string, subject: string, payload = '{}'): Promise<void> {
    const { connection } = this.as(name);
    connection.publish(subject, payload);
    await connection.flush();
  }

  /** Asks as `name`, and gives the answer, or `refused` when the server did not even take the question. */
  async ask(name: string, subject: string, question: unknown = {}): Promise<unknown> {
    try {
      const options = { timeout: TIMEOUT_MS };
      return (await this.as(name).connection.request(subject, JSON.stringify(question), options)).json();
    } catch (error) {
      expect(String(error)).toMatch(DENIED);
      return 'refused';
    }
  }

  /** What the server says to a subscription; what it delivers is a message and no fault. */
  subscriptionFault(name: string, subject: string): Promise<string> {
    return new Promise((resolve) => {
      this.as(name).connection.subscribe(subject, {
        callback: (error) => {
          resolve(String(error));
        },
      });
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.users.values()].map(({ connection }) => connection.close()));
  }
}

/** Gives this suite a server, and everybody who may connect to it. */
export function natsUsersForSuite(): NatsUsers {
  const nats = natsForSuite();
  const users = new NatsUsers();
  beforeAll(async () => {
    await users.connect('operator', nats().url);
    for (const user of ['session-poller', 'notes', 'billing']) await users.connect(user, nats().urlOf(user));
    await users.connect('observer', nats().observerUrl);
    await users.makeAll();
  }, 60_000);
  afterAll(() => users.close());
  return users;
}
