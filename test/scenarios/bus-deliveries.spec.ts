import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { AckPolicy } from '@nats-io/jetstream';
import { deadLetterStream, logoutStream } from '#bus';
import { aWhile, busForSuite, type Numbered, streamOf } from '../support/bus.js';
import { until } from '../support/until.js';

const SECOND_NS = 1_000_000_000;

describe('a delivery', () => {
  const suite = busForSuite();

  const deadLetter = async (subject: string) =>
    until('it is among the dead letters', () =>
      suite()
        .manager.streams.getMessage('DLQ', { last_by_subj: subject })
        .then(
          (message) => message ?? undefined,
          () => undefined,
        ),
    );

  it('T160: the same id within the window is stored once, and after it applied as what is the same', async () => {
    await suite().make('twice');
    const applied = new Set<number>();
    suite().hear(streamOf('twice'), ({ id }) => void applied.add(id));
    const payload = JSON.stringify({ kind: 'numbered', id: 1 });
    const acks = [1, 2].map(() => suite().client.publish('twice.x', payload, { msgID: 'one' }));
    expect((await Promise.all(acks)).map(({ duplicate }) => duplicate)).toEqual([false, true]);
    await suite().client.publish('twice.x', payload);
    await suite().applied('twice');
    expect([...applied]).toEqual([1]);
  });

  it('T162: comes again to another when its service was killed after it had applied it, and is then done', async () => {
    await suite().make('killed');
    await suite().publish('killed', 7);
    const program = fileURLToPath(new URL('../support/subscriber-that-hangs.mjs', import.meta.url));
    const dying = spawn(process.execPath, [program, suite().nats.url, 'killed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = ''; // lines of the log stand between, and a piece may hold several
    dying.stdout.on('data', (text) => (said += String(text)));
    const exited = once(dying, 'exit');
    await until('it is applied', () => (/^7$/m.test(said) ? true : undefined)).finally(() => dying.kill('SIGKILL'));
    await exited;
    const again: Numbered[] = [];
    suite().hear(streamOf('killed'), (message) => void again.push(message), { ackWaitMs: 1_000 });
    await until('it comes again', () => (again.length > 0 ? true : undefined));
    await suite().applied('killed');
    expect(again.map(({ id }) => id)).toEqual([7]);
  });

  it('T163: comes again while it can’t be applied, hinders no other, and is never lost', async () => {
    await suite().make('later');
    const tries: number[] = [];
    suite().hear(streamOf('later'), ({ id }) => {
      tries.push(id);
      if (id === 1 && tries.filter((tried) => tried === 1).length < 3) throw new Error('no database');
    });
    await suite().publish('later', 1, 2);
    await until('the other is applied', () => (tries.includes(2) ? true : undefined));
    expect(tries.filter((id) => id === 1)).toHaveLength(1);
    await suite().applied('later');
    expect(tries.filter((id) => id === 1)).toHaveLength(3);
  });

  it.each([
    ['bad', 'no JSON', 'it is no message that a handler here is for'],
    ['nobody', '{"kind":"other"}', 'it is no message that a handler here is for'],
    ['range', '{"kind":"numbered","id":-1}', 'the id\u2028is negative'],
  ])('T164: goes to the dead letters with its reason when it can never be read: %s', async (name, payload, reason) => {
    await suite().make(name);
    suite().hear(
      streamOf(name),
      () => {
        throw new RangeError(reason);
      },
      { service: name },
    );
    await suite().client.publish(`${name}.x`, payload);
    const { header, data } = await deadLetter(`dlq.${name}`);
    await suite().applied(name, name);
    expect(new TextDecoder().decode(data)).toBe(payload);
    expect(header.get('Dead-Letter-Reason')).toBe(reason.replace('\u2028', '?'));
  });

  it('T164: one that is too large for the dead letters is kept there by its beginning', async () => {
    await suite().make('large');
    suite().hear(streamOf('large'), () => undefined, { service: 'large' });
    await suite().client.publish('large.x', 'x'.repeat(900_000));
    const { header, data } = await deadLetter('dlq.large');
    await suite().applied('large', 'large');
    expect(data).toHaveLength(4_096);
    expect(header.get('Dead-Letter-Bytes')).toBe('900000');
    await expect(suite().client.publish('large.x', 'x'.repeat(2_000_000))).rejects.toThrow();
  });

  it('is kept while its handler works longer than the broker waits', async () => {
    await suite().make('long');
    const begun: number[] = [];
    suite().hear(
      streamOf('long'),
      async ({ id }) => {
        begun.push(id);
        await aWhile(3_500);
      },
      { ackWaitMs: 1_000 },
    );
    await suite().publish('long', 1);
    await until('it has begun', () => (begun.length > 0 ? true : undefined));
    await suite().applied('long');
    expect(begun).toEqual([1]);
  });

  it('waits for its turn: no more than 256 are applied at once, whatever the consumer permits', async () => {
    await suite().make('bounded');
    await suite().manager.consumers.add('bounded', {
      ...{ durable_name: 'notes', ack_policy: AckPolicy.Explicit, filter_subject: 'bounded.>' },
      ...{ ack_wait: 2 * SECOND_NS, max_ack_pending: 5_000 },
    });
    await Promise.all(Array.from({ length: 1_000 }, (_, id) => suite().publish('bounded', id)));
    const seen = { now: 0, most: 0, all: 0, ids: new Set<number>() };
    suite().hear(
      streamOf('bounded'),
      async ({ id }) => {
        seen.now += 1;
        seen.most = Math.max(seen.most, seen.now);
        await aWhile(700); // so that the last ones wait longer than the broker does
        seen.now -= 1;
        seen.all += 1;
        seen.ids.add(id);
      },
      { ackWaitMs: 2_000 },
    );
    await until('all are applied', () => (seen.ids.size === 1_000 ? true : undefined));
    await suite().applied('bounded');
    expect(seen.most).toBe(256);
    expect(seen.all).toBeLessThan(1_256); // without word of those that wait the broker gives them again
    expect((await suite().manager.consumers.info('bounded', 'notes')).config.max_ack_pending).toBe(5_000);
  });

  it('finishes when its service stops, and what has not begun goes to another at once', async () => {
    await suite().make('drain');
    await Promise.all(Array.from({ length: 300 }, (_, id) => suite().publish('drain', id)));
    const [begun, done, elsewhere] = [new Set<number>(), new Set<number>(), new Set<number>()];
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const stopping = suite().hear(streamOf('drain'), async ({ id }) => {
      begun.add(id);
      await finished;
      done.add(id);
    });
    await until('so many have begun', () => (begun.size === 256 ? true : undefined));
    const closed = stopping.close();
    suite().hear(streamOf('drain'), ({ id }) => void elsewhere.add(id));
    finish();
    await closed;
    await suite().applied('drain');
    expect([begun.size, done.size, elsewhere.size]).toEqual([256, 256, 44]);
    expect([...elsewhere].filter((id) => done.has(id))).toEqual([]);
  });

  it('waits for a stream that its service may not make', async () => {
    const { manager, client, nats } = suite();
    const [endings, deadLetters] = [logoutStream(1), deadLetterStream(1)];
    const applied: number[] = [];
    suite().hear(endings, ({ id }) => void applied.push(id), {
      ...{ urls: nats.urlOf('notes'), filterSubject: 'sso.v1.logout.>' },
      deadLetters: { stream: deadLetters, subject: 'sso.v1.dlq.logout' },
    });
    await aWhile();
    await expect(manager.streams.info(endings.name)).rejects.toThrow(/stream not found/);
    for (const { name, subjects } of [deadLetters, endings])
      await manager.streams.add({ name, subjects: [...subjects] });
    await client.publish('sso.v1.logout.x', JSON.stringify({ kind: 'numbered', id: 1 }));
    await until('it is applied', () => (applied.includes(1) ? true : undefined));
  });
});
