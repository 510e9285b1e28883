import { describe, expect, it } from '@jest/globals';
import { parseSid, type SessionChange, SessionSignal, type Sid } from '#session';
import { TestClock } from '../../../../test/support/clock.js';
import { type OpenChannel, OpenChannels } from './open-channels.js';

const A = parseSid('0193552c-9c00-7000-8000-000000000001')!;
const B = parseSid('0193552c-9c00-7000-8000-000000000002')!;

/** A signal that tells what a test says. */
class SpokenSignal extends SessionSignal {
  readonly isHeard = true;
  private readonly listeners = new Set<(change: SessionChange) => void>();

  on(changed: (change: SessionChange) => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  say(change: SessionChange): void {
    for (const changed of this.listeners) changed(change);
  }
}

type Look = OpenChannel['look'];
const saying = (state: 'usable' | 'replaced' | 'ended') => () => Promise.resolve(state);

function setUp() {
  const clock = new TestClock();
  const channels = new OpenChannels(clock);
  const open = (sid: Sid, look: Look = saying('usable'), browserSession = 'of a browser') => {
    const closings: string[] = [];
    const channel: OpenChannel = {
      ...{ sid, browserSession, look, lastUsedAt: clock.now(), unknownSince: undefined },
      close: ({ code, reason }) => closings.push(`${code} ${reason}`),
    };
    return { channel, closings, release: channels.open(channel) };
  };
  return { clock, channels, open };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('channels that are open', () => {
  it('close as soon as the signal tells, those of that session and no others', async () => {
    const { channels, open } = setUp();
    const signal = new SpokenSignal();
    const stop = channels.watch(signal);
    let state: 'usable' | 'ended' = 'usable';
    const mine = open(A, () => Promise.resolve(state));
    const other = open(B);
    signal.say({ kind: 'session', sid: A, ended: undefined });
    await settled();
    expect(mine.closings).toEqual([]); // its tokens changed, no more
    state = 'ended';
    signal.say({ kind: 'session', sid: A, ended: 'operator' });
    await settled();
    expect([mine.closings, other.closings]).toEqual([['4401 session ended'], []]);
    stop();
    signal.say({ kind: 'anything' });
    await settled();
    expect(mine.closings).toHaveLength(1);
  });

  it('are all looked at when nobody knows what has changed', async () => {
    const { channels, open } = setUp();
    const gone = [open(A, saying('ended')), open(B, saying('ended'))];
    await channels.apply({ kind: 'anything' });
    expect(gone.map(({ closings }) => closings)).toEqual([['4401 session ended'], ['4401 session ended']]);
  });

  it('are looked at when their own browser’s session has changed, those of no other browser', async () => {
    const { channels, open } = setUp();
    const looks: string[] = [];
    const looking = (name: string): Look => {
      return () => {
        looks.push(name);
        return Promise.resolve('usable');
      };
    };
    const mine = open(A, looking('mine'), 'mine');
    open(A, looking('other'), 'other');
    await channels.apply({ kind: 'browser', id: 'mine' });
    expect([looks, mine.closings]).toEqual([['mine'], []]);
  });

  it('of a session that a newer one has replaced stay while it counts, and are told to come back after that', async () => {
    const { channels, open } = setUp();
    let state: 'usable' | 'replaced' = 'usable';
    const { closings, channel } = open(A, () => Promise.resolve(state), 'mine');
    await channels.apply({ kind: 'browser', id: 'mine' });
    expect(closings).toEqual([]);
    state = 'replaced';
    await channels.recheck([channel]);
    expect(closings).toEqual(['4409 session replaced']);
  });

  it('stay while the session can’t be looked up, for two minutes', async () => {
    const { clock, channels, open } = setUp();
    let fails = true;
    const { closings, channel } = open(A, () =>
      fails ? Promise.reject(new Error('away')) : Promise.resolve('usable'),
    );
    await channels.recheck([channel]);
    clock.advance(120_000);
    await channels.recheck([channel]);
    expect(closings).toEqual([]);
    fails = false;
    await channels.recheck([channel]);
    fails = true;
    clock.advance(1);
    await channels.recheck([channel]);
    expect(closings).toEqual([]); // it was seen in between
    clock.advance(120_001);
    await channels.recheck([channel]);
    expect(closings).toEqual(['1013 session unknown']);
  });

  it('close when nothing has passed for ten minutes, unless silence is normal', async () => {
    const { clock, channels, open } = setUp();
    const [idle, used, quiet] = [open(A), open(A), open(B)];
    quiet.channel.lastUsedAt = undefined;
    clock.advance(600_001);
    used.channel.lastUsedAt = clock.now();
    await channels.recheck([idle.channel, used.channel, quiet.channel]);
    expect([idle.closings, used.closings, quiet.closings]).toEqual([['4408 idle'], [], []]);
  });

  it('are twenty for a session', () => {
    const { open } = setUp();
    const all = Array.from({ length: 21 }, () => open(A));
    expect(all.map(({ release }) => release !== undefined).lastIndexOf(true)).toBe(19);
    all[0]!.release?.();
    all[0]!.release?.(); // twice is once
    expect([open(A).release !== undefined, open(A).release !== undefined, open(B).release !== undefined]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
