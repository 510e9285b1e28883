import { hiddenFrame, listen } from '../hidden-frame.js';

/** A hidden frame that is asked by messages, as often as wanted. */
export interface TalkingFrame {
  /** Sends a message to the page in the frame, if it is of the origin that was asked for. */
  readonly say: (message: string) => void;
  /** Removes the frame; nothing is heard after that. */
  readonly close: () => void;
}

/**
 * Opens a hidden frame. `loaded` is called when a page is there (also one of the browser's, that says it could not be loaded), `hear` for what
 * exactly this frame says from exactly this origin.
 *
 * @see RFC 9700 §4.17: sender and receiver of a message must be checked
 */
export function talkingFrame(url: string, loaded: () => void, hear: (message: unknown) => void): TalkingFrame {
  const { origin } = new URL(url);
  const frame = hiddenFrame(url);
  const over = new AbortController();
  frame.addEventListener('load', loaded, { signal: over.signal });
  listen(origin, () => frame.contentWindow, over.signal, hear);
  document.documentElement.append(frame); // the body may not be there yet
  return {
    say: (message) => frame.contentWindow?.postMessage(message, origin),
    close: () => {
      over.abort();
      frame.remove();
    },
  };
}
