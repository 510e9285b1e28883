import type { TimelineEntry } from '../../src/timeline/timeline-entry.js';

const AGAIN_MS = 2_000;

/** How the stream is. */
export type StreamState = 'connecting' | 'live' | 'hub_away' | 'lost';

/** Follows the timeline. A lost stream is opened again by itself; what was missed is told again. */
export function follow(take: (entry: TimelineEntry) => void, tell: (state: StreamState) => void): void {
  const stream = new EventSource('/timeline/events');
  stream.addEventListener('open', () => {
    tell('live');
  });
  stream.addEventListener('hub', ({ data }: MessageEvent<string>) => {
    tell(data.includes('"away"') ? 'hub_away' : 'live');
  });
  stream.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const entry = read(data);
    if (entry !== undefined) take(entry);
  });
  stream.addEventListener('error', () => {
    tell('lost');
    if (stream.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
    stream.close();
    setTimeout(follow, AGAIN_MS, take, tell);
  });
}

function read(text: string): TimelineEntry | undefined {
  try {
    return JSON.parse(text) as TimelineEntry;
  } catch {
    return undefined;
  }
}
