import { afterAll, describe, expect, it } from '@jest/globals';
import { AnswerServer, connectNats } from '#bus';
import { natsForSuite } from '../support/nats.js';
import { until } from '../support/until.js';

describe('requests over the bus', () => {
  const nats = natsForSuite();
  const servers: AnswerServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  const serve = (who: string) => {
    const server = new AnswerServer({
      ...{ urls: nats().url, name: 'answers', subject: 'ask.*' },
      answer: (request, subject) =>
        request === 'fail' ? Promise.reject(new Error('on purpose')) : Promise.resolve({ who, request, subject }),
    });
    servers.push(server);
    void server.start();
  };

  it('are answered by one of those who may, what is no JSON too, and again after NATS was killed', async () => {
    serve('a');
    serve('b');
    const connection = await connectNats(nats().url, 'test');
    const ask = async (payload: string) =>
      (await connection.request('ask.me', payload, { timeout: 1_000 })).json<{ who: string; request: unknown }>();
    const asked = (payload: string) => ask(payload).catch(() => undefined);
    const seen = new Set<string>();
    await until('both have answered', async () => {
      seen.add((await asked('1'))?.who ?? '');
      return seen.has('a') && seen.has('b') ? true : undefined;
    });
    expect(await ask('{"no json')).toMatchObject({ subject: 'ask.me' });
    await expect(ask('"fail"')).rejects.toThrow();
    expect(await ask('2')).toMatchObject({ request: 2 });
    await nats().kill();
    await nats().start();
    await until('it answers again', () => asked('3'));
    await connection.close();
  }, 60_000);
});
