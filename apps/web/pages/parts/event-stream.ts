/** One event of a stream: its name (`message` where it has none) and its text. */
export interface StreamEvent {
  readonly name: string;
  readonly text: string;
}

/**
 * Takes the events that are complete out of `text`, and gives the rest back.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation HTML} §9.2.6
 */
export function takeEvents(text: string): { readonly events: readonly StreamEvent[]; readonly rest: string } {
  const blocks = text.replaceAll(/\r\n?/g, '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.map(readEvent).filter(({ text: content }) => content !== '');
  return { events, rest };
}

function readEvent(block: string): StreamEvent {
  const lines = block.split('\n').map((line) => /^([^:]*):? ?(.*)$/.exec(line) ?? []);
  const all = (field: string) => lines.filter(([, name]) => name === field).map(([, , value]) => value ?? '');
  return { name: all('event').at(-1) ?? 'message', text: all('data').join('\n') };
}

/**
 * Reads a stream through the gateway, with the header that `EventSource` can't send, until it ends or `signal` says so.
 *
 * @returns `refused` when nobody is signed in any more; `over` for everything else. Never rejects.
 */
export async function readStream(
  path: string,
  signal: AbortSignal,
  take: (event: StreamEvent) => void,
): Promise<'refused' | 'over'> {
  try {
    const headers = { 'x-csrf': '1', accept: 'text/event-stream' };
    const response = await fetch(path, { headers, signal, cache: 'no-store', redirect: 'error' });
    if (response.status === 401) return 'refused';
    if (!response.ok || response.body === null) return 'over';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'over';
      const { events, rest } = takeEvents(text + value);
      text = rest;
      events.forEach(take);
    }
  } catch {
    return 'over';
  }
}
