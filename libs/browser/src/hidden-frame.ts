/** A question to another page, asked in a hidden frame. */
export interface FrameQuestion<Answer> {
  readonly url: string;
  /** whose message counts: exactly this origin, from exactly this frame */
  readonly origin: string;
  readonly timeoutMs: number;
  /** ends the question early, as if time had run out */
  readonly signal?: AbortSignal;
  /** reads a message; `undefined` is not the one that is waited for */
  readonly read: (message: unknown) => Answer | undefined;
}

/**
 * Asks in a hidden frame and gives the answer, or `timeout`. Never throws for what the other page does, and leaves nothing behind:
 * no frame, no listener, no timer.
 *
 * @see RFC 9700 §4.17: sender and receiver of a message must be checked
 */
export function askFrame<Answer>(question: FrameQuestion<Answer>): Promise<Answer | 'timeout'> {
  const { url, origin, timeoutMs, signal, read } = question;
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve('timeout');
      return;
    }
    const frame = hiddenFrame(url);
    const over = new AbortController();
    const finish = (answer: Answer | 'timeout') => {
      clearTimeout(timer);
      over.abort();
      frame.remove();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeoutMs, 'timeout');
    signal?.addEventListener('abort', finish.bind(undefined, 'timeout'), { signal: over.signal });
    listen(
      origin,
      () => frame.contentWindow,
      over.signal,
      (message) => {
        const answer = read(message);
        if (answer !== undefined) finish(answer);
      },
    );
    document.documentElement.append(frame); // the body may not be there yet
  });
}

/**
 * Hears what one window says from one origin, until `signal`: made by the browser, not by a script of this page. What crossed an origin has no
 * getters and no prototypes of its own.
 */
export function listen(
  origin: string,
  sender: () => unknown,
  signal: AbortSignal,
  hear: (message: unknown) => void,
): void {
  const onMessage = (event: MessageEvent<unknown>) => {
    if (event.isTrusted && event.origin === origin && event.source === sender()) hear(event.data);
  };
  addEventListener('message', onMessage, { signal });
}

/** Makes a frame that nobody sees, hears of or can be led away by. It is not in the document yet. */
export function hiddenFrame(url: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'Silent sign-in';
  frame.referrerPolicy = 'no-referrer';
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
  frame.src = url;
  return frame;
}

/** Whether this is an address that loads a page, and runs nothing in the one that asks for it. */
export function isWeb(address: unknown): address is string {
  try {
    return typeof address === 'string' && /^https?:$/.test(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** Gives a member of a message that is the message's own. */
export function own(message: unknown, name: string): unknown {
  return typeof message === 'object' && message !== null && Object.hasOwn(message, name)
    ? (message as Record<string, unknown>)[name]
    : undefined;
}
