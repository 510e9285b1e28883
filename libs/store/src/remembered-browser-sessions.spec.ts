import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BrowserSession, BrowserSessions, parseSid, parseSub, type SessionChange, SessionSignal } from '#session';
import { TestClock } from '../../../test/support/clock.js';
import { hashOf } from './hash.js';
import { RememberedBrowserSessions } from './remembered-browser-sessions.js';

class Signal extends SessionSignal {
  isHeard = true;
  private readonly hearers = new Set<(change: SessionChange) => void>();

  on(changed: (change: SessionChange) => void): () => void {
    this.hearers.add(changed);
    return () => this.hearers.delete(changed);
  }

  tell(change: SessionChange): void {
    for (const changed of this.hearers) changed(change);
  }
}

const sidOf = (n: number) => parseSid(`0197d3c0-0000-7000-8000-00000000000${n}`)!;

/** A store whose answers a test may hold back: what it gives is what it held when it was asked. */
class Store extends BrowserSessions {
  readonly held = new Map<string, BrowserSession>();
  questions = 0;
  gate: Promise<void> = Promise.resolve();

  constructor(private readonly clock: TestClock) {
    super();
  }

  put(token: string, n = 1): void {
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + 3_600_000);
    const dates = { openedAt: now, expiresAt, authTime: undefined, idpCheckedAt: now };
    const names = { iss: 'https://idp.example.com', clientId: 'gateway', sub: parseSub('ana')!, acr: undefined };
    const sso = { sid: sidOf(n), ...names, ...dates, tokenGeneration: 1, ended: undefined };
    const session = { frontEnd: 'https://a.example.com', expiresAt, endedAt: undefined, lastSeenAt: now, sso };
    this.held.set(token, { id: hashOf(token), ...session });
  }

  end(token: string): void {
    this.held.set(token, { ...this.held.get(token)!, endedAt: this.clock.now() });
  }

  async find(token: string): Promise<BrowserSession | undefined> {
    this.questions += 1;
    const answer = this.held.get(token);
    await this.gate;
    return answer;
  }

  findByIds(ids: readonly string[]): Promise<ReadonlyMap<string, BrowserSession>> {
    const known = [...this.held.values()].filter(({ id }) => ids.includes(id));
    return Promise.resolve(new Map(known.map((session) => [session.id, session])));
  }

  slide(token: string, lastSeenAt: Date, expiresAt: Date): Promise<void> {
    this.held.set(token, { ...this.held.get(token)!, lastSeenAt, expiresAt });
    return Promise.resolve();
  }
}

function remembering(entries = 100) {
  const clock = new TestClock();
  const store = new Store(clock);
  const signal = new Signal();
  store.put('token');
  return { clock, store, signal, memory: new RememberedBrowserSessions(store, signal, clock, entries) };
}

describe('the memory of browser sessions', () => {
  it('asks once for many requests, also at the same time', async () => {
    const { store, memory } = remembering();
    await Promise.all(Array.from({ length: 10 }, () => memory.find('token')));
    expect((await memory.find('token'))?.id).toBe(hashOf('token'));
    expect(store.questions).toBe(1);
  });

  it('asks again after five seconds, and when the clock was set back', async () => {
    const { store, memory, clock } = remembering();
    await memory.find('token');
    clock.advance(4_999);
    await memory.find('token');
    expect(store.questions).toBe(1);
    clock.advance(1);
    await memory.find('token');
    expect(store.questions).toBe(2);
    clock.advance(-60_000);
    await memory.find('token');
    expect(store.questions).toBe(3);
  });

  it.each<[string, SessionChange]>([
    ['its SSO session', { kind: 'session', sid: sidOf(1), ended: 'operator' }],
    ['itself', { kind: 'browser', id: hashOf('token') }],
    ['anything', { kind: 'anything' }],
  ])('forgets at once when it hears of a change of %s', async (_name, change) => {
    const { store, memory, signal } = remembering();
    await memory.find('token');
    store.end('token');
    signal.tell(change);
    expect((await memory.find('token'))?.endedAt).toBeDefined();
  });

  it('keeps what a change was not about', async () => {
    const { store, memory, signal } = remembering();
    await memory.find('token');
    signal.tell({ kind: 'session', sid: sidOf(2), ended: 'operator' });
    signal.tell({ kind: 'browser', id: 'another' });
    await memory.find('token');
    expect(store.questions).toBe(1);
  });

  it('neither keeps nor shares an answer that a change has overtaken', async () => {
    const { store, memory, signal } = remembering();
    let open = (): void => undefined;
    store.gate = new Promise((resolve) => (open = resolve));
    const before = memory.find('token');
    store.end('token');
    signal.tell({ kind: 'session', sid: sidOf(1), ended: 'operator' });
    const after = memory.find('token');
    open();
    expect((await before)?.endedAt).toBeUndefined(); // asked before the end
    expect((await after)?.endedAt).toBeDefined();
    expect((await memory.find('token'))?.endedAt).toBeDefined();
  });

  it('believes nothing while the signal is lost, and starts anew after it', async () => {
    const { store, memory, signal } = remembering();
    await memory.find('token');
    signal.isHeard = false;
    store.end('token');
    expect((await memory.find('token'))?.endedAt).toBeDefined();
    signal.isHeard = true;
    signal.tell({ kind: 'anything' });
    expect((await memory.find('token'))?.endedAt).toBeDefined();
  });

  it('asks when the session would have expired: another replica may have kept it awake', async () => {
    const { store, memory, clock } = remembering();
    await store.slide('token', clock.now(), new Date(clock.now().getTime() + 1_000));
    await memory.find('token');
    await store.slide('token', clock.now(), new Date(clock.now().getTime() + 60_000)); // behind its back
    clock.advance(1_000);
    const found = await memory.find('token');
    expect(found?.expiresAt.getTime()).toBeGreaterThan(clock.now().getTime());
  });

  it('sees its own slide at once', async () => {
    const { memory, clock } = remembering();
    await memory.find('token');
    const later = new Date(clock.now().getTime() + 7_200_000);
    await memory.slide('token', clock.now(), later);
    expect((await memory.find('token'))?.expiresAt).toEqual(later);
  });

  it('remembers no more than it may: the least recently used goes first, and strangers take no place', async () => {
    const { store, memory } = remembering(2);
    store.put('b', 2);
    store.put('c', 3);
    await memory.find('token');
    await memory.find('b');
    await memory.find('token');
    await memory.find('c');
    for (let n = 0; n < 10; n += 1) await memory.find(`stranger-${n}`);
    const { questions } = store;
    await memory.find('token');
    await memory.find('c');
    expect(store.questions).toBe(questions);
    await memory.find('b');
    expect(store.questions).toBe(questions + 1);
    expect(memory.size).toBe(2);
  });

  it('passes a fault of the database on, and remembers none', async () => {
    const { store, memory } = remembering();
    store.gate = Promise.reject(new Error('away'));
    await expect(memory.find('token')).rejects.toThrow('away');
    store.gate = Promise.resolve();
    expect(await memory.find('token')).toBeDefined();
  });

  it('never gives a session that had ended before it was asked, whatever happens in whatever order', async () => {
    const step = fc.constantFrom('find', 'end', 'slow', 'fast', 'lose', 'regain', 'wait');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { store, memory, signal, clock } = remembering(2);
        let ended = false;
        let open = (): void => undefined;
        const wrong: string[] = [];
        const asked: Promise<void>[] = [];
        for (const what of steps) {
          if (what === 'find') {
            const mustBeEnded = ended;
            asked.push(
              memory.find('token').then((found) => {
                if (mustBeEnded && found?.endedAt === undefined) wrong.push('believed');
              }),
            );
          } else if (what === 'end' && !ended) {
            store.end('token');
            ended = true;
            if (signal.isHeard) signal.tell({ kind: 'session', sid: sidOf(1), ended: 'operator' });
          } else if (what === 'slow') {
            store.gate = new Promise((resolve) => (open = resolve));
          } else if (what === 'fast') {
            open();
            store.gate = Promise.resolve();
          } else if (what === 'lose') {
            signal.isHeard = false;
          } else if (what === 'regain' && !signal.isHeard) {
            signal.isHeard = true;
            signal.tell({ kind: 'anything' });
          } else if (what === 'wait') {
            clock.advance(1_000);
            await Promise.resolve();
          }
        }
        open();
        // answers whose gate was replaced by a later one stay open for ever: they are not waited for
        await Promise.race([Promise.all(asked), new Promise((resolve) => setImmediate(resolve))]);
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
