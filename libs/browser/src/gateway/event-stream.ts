import { exclusively } from '../tabs.js';
import { textIn } from './answer.js';

/** What the gateway says of a session by itself. */
export type StreamEvent =
  | { readonly kind: 'ended'; readonly sid: string; readonly reason: string | undefined }
  /** there may be news: look */
  | { readonly kind: 'news' };

/** A place in the row of tabs of which the first reads the gateway's events. */
export interface Attendance {
  /** Says whose events are wanted: of the session that is signed in; `undefined` leaves the row. */
  readonly of: (sid: string | undefined) => void;
}

/** Makes one tab, the leader, read the events of a session for all of them. Another takes over when it is gone. */
export function attend(lock: string, url: string, hear: (event: StreamEvent) => void): Attendance {
  let wanted: string | undefined;
  let place: AbortController | undefined;
  let leads = false;
  let source: EventSource | undefined;

  const open = () => {
    const sid = wanted;
    if (!leads || sid === undefined || (source && source.readyState !== source.CLOSED)) return;
    const opened = new EventSource(url);
    const news = () => {
      hear({ kind: 'news' });
    };
    opened.addEventListener('session-changed', news);
    opened.addEventListener('session-replaced', () => {
      opened.close(); // what follows is about another session
      news();
    });
    opened.addEventListener('session-ended', ({ data }: MessageEvent<string>) => {
      opened.close();
      const reason = reasonIn(data);
      if (reason === 'not_signed_in')
        news(); // the cookie has gone: that ends no session
      else hear({ kind: 'ended', sid, reason });
    });
    source = opened;
  };

  const lead = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
      if (signal.aborted) {
        resolve();
        return;
      }
      leads = true;
      open();
    });

  return {
    of: (sid) => {
      if (sid !== wanted) source?.close();
      wanted = sid;
      if (sid === undefined) {
        place?.abort();
        place = undefined;
        leads = false;
      } else if (place)
        open(); // the stream may have been closed for good
      else {
        const { signal } = (place = new AbortController());
        exclusively(lock, () => lead(signal), signal).catch(() => undefined); // left the row
      }
    },
  };
}

function reasonIn(text: string): string | undefined {
  try {
    return textIn(JSON.parse(text), 'reason');
  } catch {
    return undefined;
  }
}
