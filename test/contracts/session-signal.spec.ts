import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Ending, type SessionChange, type Sid } from '#session';
import {
  PgSessionSignal,
  PrismaSessionTokens,
  RememberedBrowserSessions,
  TellingSsoSessions,
  TokenCipher,
} from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';
import { until } from '../support/until.js';

describe('SessionSignal in Postgres', () => {
  const hub = hubForSuite();
  const signals: PgSessionSignal[] = [];
  afterEach(async () => {
    await Promise.all(signals.splice(0).map((signal) => signal.onApplicationShutdown()));
  });

  const listen = async () => {
    const signal = new PgSessionSignal(hub().url);
    signals.push(signal);
    const heard: SessionChange[] = [];
    const stop = signal.on((change) => heard.push(change));
    await until('it listens', () => (heard.length > 0 ? true : undefined));
    expect(heard).toEqual([{ kind: 'anything' }]);
    expect(signal.isHeard).toBe(true);
    return { signal, heard, stop };
  };
  const open = async (sub: string, replaces?: string): Promise<Sid> => {
    const { sessions, clock } = hub();
    const browser = browserOf(`${sub}-${replaces ?? ''}`, clock.now(), { replaces });
    const opened = await sessions.open(signInOf(sub, clock.now()), browser);
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  };
  const endingOf = (sid: Sid): Ending => ({
    of: { kind: 'sid', sid },
    cause: 'operator',
    causeId: 'order-1',
    effectiveAt: hub().clock.now(),
    evidence: { method: 'operator', strength: 'strong', probes: 0 },
    initiatingEntity: 'admin',
  });
  const cut = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: hub().url });
    await client.connect();
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN session_changed'",
    );
    await client.end();
  };

  it('tells of an end with its cause, and of each browser', async () => {
    const sid = await open('ana');
    const { heard } = await listen();
    await hub().sessions.end(endingOf(sid));
    await until('both are told', () => (heard.length >= 3 ? true : undefined));
    expect(heard[1]).toEqual({ kind: 'session', sid, ended: 'operator' });
    expect(heard[2]).toMatchObject({ kind: 'browser' });
  });

  it('tells that a browser has signed in again, and that the tokens are new', async () => {
    const sid = await open('bob');
    const { heard } = await listen();
    await open('bob', 'bob-');
    await until('both are told', () => (heard.length >= 3 ? true : undefined));
    expect(heard).toContainEqual({ kind: 'session', sid, ended: undefined });
    expect(heard).toContainEqual({ kind: 'browser', id: expect.any(String) });
  });

  it('is silent about probes and reads, and to who has stopped to listen', async () => {
    const sid = await open('cleo');
    const { heard, stop, signal } = await listen();
    const all: SessionChange[] = [];
    await hub().database.ssoSession.update({ where: { id: sid }, data: { idpCheckedAt: new Date() } });
    stop();
    signal.on((change) => all.push(change));
    await hub().sessions.end(endingOf(sid));
    await until('the end is told', () => (all.length >= 1 ? true : undefined));
    expect(all[0]).toMatchObject({ ended: 'operator' });
    expect(heard).toHaveLength(1);
  });

  it('comes back after its connection was cut, and says that anything may have changed', async () => {
    const { heard, signal } = await listen();
    await cut();
    await until('it is lost', () => (signal.isHeard ? undefined : true));
    await until('it is back', () => (signal.isHeard && heard.length === 2 ? true : undefined));
    expect(heard[1]).toEqual({ kind: 'anything' });
    const sid = await open('dora');
    await hub().sessions.end(endingOf(sid));
    await until('it hears again', () => heard.find((change) => change.kind === 'session' && change.sid === sid));
  });

  it('takes what it cannot read for a change of anything', async () => {
    const { heard } = await listen();
    for (const payload of ['', 'no json', '{"sid":"not-a-uuid","ended":null}', '{"other":1}'])
      await hub().database.$executeRaw`SELECT pg_notify('session_changed', ${payload})`;
    await until('all are told', () => (heard.length >= 5 ? true : undefined));
    expect(new Set(heard.map(({ kind }) => kind))).toEqual(new Set(['anything']));
  });

  it('leaves no connection behind', async () => {
    const { signal } = await listen();
    await signal.onApplicationShutdown();
    await until('it is gone', async () => {
      const rows = await hub().database.$queryRaw<unknown[]>`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;
      return rows.length === 0 ? true : undefined;
    });
    expect(signal.isHeard).toBe(false);
  });

  describe('with the memory of browser sessions behind it', () => {
    it('shows an end by another process as soon as it is told, and one by this process at once', async () => {
      const { signal, heard } = await listen();
      const memory = new RememberedBrowserSessions(hub().browsers, signal, hub().clock, 100);
      const here = new TellingSsoSessions(hub().sessions, (change) => {
        signal.tell(change);
      });
      const [there, own] = [await open('emil'), await open('fay')];
      expect((await memory.find('emil-'))?.endedAt).toBeUndefined();
      expect((await memory.find('fay-'))?.endedAt).toBeUndefined();
      await here.end(endingOf(own));
      expect((await memory.find('fay-'))?.sso.ended?.cause).toBe('operator'); // whether or not it was told already
      await hub().sessions.end(endingOf(there));
      await until('it is told', () => heard.find((change) => change.kind === 'session' && change.sid === there));
      expect((await memory.find('emil-'))?.sso.ended?.cause).toBe('operator');
    });

    it('answers from memory, gives other tokens a higher generation, and finds by id what stands in the database', async () => {
      const { signal } = await listen();
      const memory = new RememberedBrowserSessions(hub().browsers, signal, hub().clock, 100);
      const sid = await open('gus');
      const session = await memory.find('gus-');
      expect(await memory.find('gus-')).toBe(session);
      const tokens = new PrismaSessionTokens(hub().database, new TokenCipher([{ kid: 'k', secret: Buffer.alloc(32) }]));
      const stored = await tokens.store(sid, 1, signInOf('gus', hub().clock.now()).tokens, hub().clock.now());
      expect(stored).toBe(true);
      const changed = await until('the new generation is seen', async () => {
        const found = await memory.find('gus-');
        return found?.sso.tokenGeneration === 2 ? found : undefined;
      });
      expect(await memory.findByIds([changed.id, 'nobody'])).toEqual(new Map([[changed.id, changed]]));
    });
  });
});
