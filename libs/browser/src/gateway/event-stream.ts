import { exclusively } from '../tabs.js';
import { textIn } from './answer.js';

/** What to do with the gateway's own words about the session. */
export interface Hearing {
  readonly ended: (sid: string, reason: string | undefined) => void;
  /** there may be news: look */
  readonly news: () => void;
}

/**
 * Makes one tab, the leader, read the events of a session for all of them. Another takes over when it is gone. What it gives says
 * whose events are wanted: of the session that is signed in; `undefined` leaves the row.
 */
export function attend(lock: string, url: string, { ended, news }: Hearing): (sid: string | undefined) => void {
  let wanted: string | undefined;
  let place: AbortController | undefined;
  let leads = false;
  let source: EventSource | undefined;

  const open = () => {
    const sid = wanted;
    if (!leads || sid === undefined || (source && source.readyState < 2)) return; // 2: closed
    const stream = (source = new EventSource(url));
    stream.addEventListener('session-changed', news);
    stream.addEventListener('session-replaced', () => {
      stream.close(); // what follows is about another session
      news();
    });
    stream.addEventListener('session-ended', ({ data }: MessageEvent<string>) => {
      stream.close();
      const reason = textIn(JSON.parse(data), 'reason');
      if (reason === 'not_signed_in')
        news(); // the cookie has gone: that ends no session
      else ended(sid, reason);
    });
  };

  return (sid) => {
    if (sid !== wanted) source?.close();
    wanted = sid;
    if (sid === undefined) {
      leads = false;
      place = place?.abort() as undefined;
      return;
    }
    open(); // the stream may have been closed for good
    if (place) return;
    const { signal } = (place = new AbortController());
    const lead = () =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
        leads = true;
        open();
      });
    exclusively(lock, lead, signal).catch(() => undefined); // left the row
  };
}
