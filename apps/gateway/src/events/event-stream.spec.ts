import { describe, expect, it } from '@jest/globals';
import { parseSid } from '#session';
import { EventStream, type StreamResponse } from './event-stream.js';
import { OpenTabs } from './session-streams.js';

/** A client's side of a stream, as Node's response tells of it. */
function client() {
  const seen = { written: [] as string[], dropped: false, unread: 0, stalled: false };
  const response = {
    get writableLength() {
      return seen.unread;
    },
    get writableNeedDrain() {
      return seen.stalled;
    },
    write: (text: string) => seen.written.push(text),
    destroy: () => (seen.dropped = true),
  } as unknown as StreamResponse;
  const tabs = new OpenTabs().join('id', parseSid('0197d3c0-0000-7000-8000-000000000001')!);
  return { seen, stream: new EventStream(response, tabs, 0) };
}

describe('a stream of events', () => {
  it('is written to as long as it is read', () => {
    const { seen, stream } = client();
    stream.write('a');
    stream.beat('b');
    expect(seen).toMatchObject({ written: ['a', 'b'], dropped: false });
  });

  it('is dropped when its client has left too much unread', () => {
    const { seen, stream } = client();
    seen.unread = 20_000;
    stream.write('a');
    expect(seen).toMatchObject({ written: [], dropped: true });
  });

  it('is dropped when nothing has gone out since the last heartbeat', () => {
    const { seen, stream } = client();
    seen.stalled = true;
    stream.beat('b');
    expect(seen).toMatchObject({ written: [], dropped: true });
  });
});
