import { describe, expect, it } from '@jest/globals';
import { EventStreams, type StreamResponse } from './event-streams.js';
import { Timeline } from './timeline.js';

const entry = (what: string) =>
  ({ kind: 'panel', at: '2026-01-01T00:00:00.000Z', deed: 'service_stopped', what }) as const;

/** A browser at the other end: it reads, or leaves everything unread. */
class Browser {
  text = '';
  writableLength = 0;
  destroyed = false;
  private closed: () => void = () => undefined;

  constructor(private readonly reads = true) {}

  get response(): StreamResponse {
    return this as unknown as StreamResponse;
  }

  get ids(): readonly string[] {
    return [...this.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');
  }

  write(text: string): boolean {
    this.text += text;
    if (!this.reads) this.writableLength += text.length;
    return this.reads;
  }

  on(_event: string, closed: () => void): void {
    this.closed = closed;
  }

  destroy(): void {
    this.destroyed = true;
    this.closed();
  }
}

function open() {
  const timeline = new Timeline('2026-01-01T00:00:00.000Z');
  const watching = { now: 0 };
  const watch = {
    watch: () => {
      watching.now += 1;
      return () => (watching.now -= 1);
    },
  };
  return { timeline, watching, streams: new EventStreams(timeline, watch as never) };
}

describe('the stream of the timeline', () => {
  it('tells the last two hundred to who comes late, and then what comes', () => {
    const { timeline, streams } = open();
    timeline.add(Array.from({ length: 250 }, (_, n) => entry(`s${n + 1}`)));
    const browser = new Browser();
    streams.open(browser.response, undefined);
    timeline.add([entry('now')]);
    const numbers = browser.ids.map((id) => Number(id.split('.')[1]));
    expect(numbers).toEqual(Array.from({ length: 201 }, (_, n) => n + 51));
    browser.destroy();
  });

  it('goes on where a browser was cut off, and begins anew with another run’s numbers', () => {
    const { timeline, streams } = open();
    timeline.add([entry('a'), entry('b'), entry('c')]);
    const first = new Browser();
    streams.open(first.response, undefined);
    const again = new Browser();
    streams.open(again.response, first.ids[1]);
    expect(again.ids).toEqual(first.ids.slice(2));
    for (const strange of ['another-run.2', '2', '', `${first.ids[0]?.split('.')[0] ?? ''}.-1`, 'constructor.1']) {
      const stranger = new Browser();
      streams.open(stranger.response, strange);
      expect(stranger.ids).toEqual(first.ids);
      stranger.destroy();
    }
    for (const browser of [first, again]) browser.destroy();
  });

  it('says when the hub is away and when it is back, each once', () => {
    const { timeline, streams } = open();
    const browser = new Browser();
    streams.open(browser.response, undefined);
    for (const state of ['here', 'away', 'away', 'here'] as const) timeline.tellHub({ state, since: '2026' });
    const told = [...browser.text.matchAll(/^event: hub\ndata: (.*)$/gm)].map(([, json]) => json ?? '');
    expect(told.map((json) => (JSON.parse(json) as { state: string }).state)).toEqual(['here', 'away', 'here']);
    browser.destroy();
  });

  it('parts with a browser that does not read, and keeps nothing for it', () => {
    const { timeline, watching, streams } = open();
    const browser = new Browser(false);
    streams.open(browser.response, undefined);
    expect(watching.now).toBe(1);
    for (let n = 0; n < 20_000; n += 1) timeline.add([entry('x')]);
    expect([browser.destroyed, watching.now]).toEqual([true, 0]);
    expect(browser.text.length).toBeLessThan(1_100_000);
  });

  it('has an end to how many may look', () => {
    const { streams } = open();
    const browsers = Array.from({ length: 32 }, () => new Browser());
    for (const { response } of browsers) {
      streams.expectRoom();
      streams.open(response, undefined);
    }
    expect(() => {
      streams.expectRoom();
    }).toThrow(expect.objectContaining({ body: expect.objectContaining({ status: 503 }) }));
    for (const browser of browsers) browser.destroy();
    streams.expectRoom();
  });
});
